//! The words by which the furniture of a page is known, in lower case, in the languages of the design where sites use
//! them.

/// What share rows consist of.
#[rustfmt::skip]
pub(super) const SHARE: &[&str] = &[
    "share", "save", "print", "download", "email", "e-mail", "tweet", "bookmark", "pdf", "pin", "pocket", "rss",
    "facebook", "twitter", "x", "linkedin", "telegram", "whatsapp", "reddit", "instagram", "youtube", "viber", "messenger",
    "vk", "vkontakte", "вконтакте", "одноклассники", "телеграм", "фейсбук", "твиттер", "дзен", "поделиться", "сохранить",
    "печать", "распечатать", "скачать", "поділитися", "друк", "споделяне", "сподели", "teilen", "drucken", "speichern", "merken",
    "partager", "imprimer", "enregistrer", "télécharger", "compartir", "imprimir", "guardar", "condividi", "stampa", "salva",
    "compartilhar", "partilhar", "udostępnij", "drukuj", "wydrukuj", "sdílet", "tisk", "distribuie", "delen", "afdrukken", "opslaan",
    "paylaş", "yazdır", "bagikan", "cetak", "chia sẻ", "مشاركة", "طباعة", "分享", "打印", "シェア", "印刷", "공유", "인쇄", "გაზიარება",
];
/// What may stand among them.
#[rustfmt::skip]
pub(super) const SHARE_FILLERS: &[&str] = &[
    "this", "article", "page", "story", "post", "report", "on", "in", "via", "to", "by", "with", "a", "the", "and", "link", "copy", "friend", "friends",
    "эту", "статью", "в", "на", "с", "друзьями", "ссылку", "ссылкой", "версия", "для", "печати", "отправить", "по", "почте", "auf", "artikel", "seite", "den", "diesen", "per", "mail",
    "cet", "cette", "sur", "par", "en", "este", "esta", "artículo", "por", "su", "questo", "articolo", "tę", "stronę", "z",
];
/// Words of site menus.
#[rustfmt::skip]
pub(super) const MENU: &[&str] = &[
    "home", "main", "news", "about", "about us", "contact", "contacts", "contact us", "search", "menu", "login", "log in", "sign in", "register",
    "experts", "people", "events", "topics", "regions", "podcasts", "podcast", "videos", "video", "publications", "research", "programs",
    "careers", "press", "press room", "privacy policy", "privacy", "terms of use", "terms", "sitemap", "archive", "donate", "support us", "subscribe", "newsletter",
    "главная", "новости", "архив", "контакты", "о нас", "о проекте", "поиск", "меню", "войти", "регистрация", "публикации", "аналитика", "эксперты", "мероприятия", "проекты", "ссылки", "гостевая книга", "рубрики", "видео",
    "головна", "новини", "контакти", "про нас", "пошук", "начало", "за нас", "търсене", "startseite", "aktuelles", "kontakt", "impressum", "über uns", "suche", "datenschutz",
    "accueil", "actualités", "à propos", "recherche", "inicio", "noticias", "contacto", "quiénes somos", "buscar", "notizie", "chi siamo", "contatti", "cerca", "início", "notícias", "contato", "sobre",
    "strona główna", "aktualności", "o nas", "szukaj", "domů", "aktuality", "o nás", "hledat", "acasă", "știri", "despre noi", "ana sayfa", "haberler", "hakkımızda", "iletişim", "beranda", "berita", "tentang kami",
    "trang chủ", "الرئيسية", "أخبار", "خانه", "首页", "新闻", "关于我们", "ホーム", "ニュース", "홈", "뉴스", "მთავარი",
];
/// Beginnings of lines that lead lists of links.
#[rustfmt::skip]
pub(super) const RELATED: &[&str] = &[
    "related", "related articles", "related content", "related stories", "read also", "read more", "see also:", "more from", "more on", "more by", "more in", "most read", "most popular", "from around the web", "around the web",
    "you may also like", "you might also like", "recommended", "trending", "latest news", "latest articles", "also on", "sponsored", "promoted",
    "читайте также", "читайте ещё", "читайте еще", "смотрите также", "похожие", "материалы по теме", "статьи по теме", "по теме", "другие материалы", "новости по теме", "ещё по теме", "самое читаемое", "популярное", "последние новости", "рекомендуем",
    "читайте також", "вижте още", "прочетете още", "lesen sie auch", "mehr zum thema", "weitere artikel", "das könnte sie", "meistgelesen", "à lire aussi", "lire aussi", "sur le même", "articles liés", "les plus lus",
    "también le puede", "le puede interesar", "te puede interesar", "lea también", "leer también", "artículos relacionados", "noticias relacionadas", "leggi anche", "articoli correlati", "leia também", "leia mais", "artigos relacionados",
    "czytaj też", "czytaj także", "zobacz też", "zobacz także", "přečtěte si", "čtěte také", "citește și", "lees ook", "lees verder", "ilgili haberler", "baca juga", "xem thêm", "اقرأ أيضا", "بیشتر بخوانید", "यह भी पढ़ें", "相关文章", "相关阅读", "関連記事", "관련 기사",
];
/// Marks of the line at the foot of a page.
#[rustfmt::skip]
pub(super) const FOOTER: &[&str] = &[
    "©", "(c) 19", "(c) 20", "copyright", "all rights reserved", "все права защищены", "при перепечатке", "при использовании материалов", "перепечатка", "усі права захищено", "всички права", "alle rechte", "tous droits réservés", "todos los derechos",
    "tutti i diritti", "todos os direitos", "wszelkie prawa", "všechna práva", "toate drepturile", "tüm hakları", "hak cipta", "版权所有", "無断転載", "무단", "جميع الحقوق",
    "посетитель №", "вы посетитель", "visitor number", "visitors:", "page views", "просмотров:", "privacy policy", "terms of use", "политика конфиденциальности", "cookie policy", "impressum |",
];
/// Invitations to subscribe.
#[rustfmt::skip]
pub(super) const NEWSLETTER: &[&str] = &[
    "subscribe to", "sign up for", "sign up to", "join our", "follow us", "get our newsletter", "подписаться на", "подпишитесь на", "подписывайтесь", "следите за нами", "підпишіться", "абонирайте се", "abonnieren sie", "newsletter abonnieren", "abonnez-vous", "inscrivez-vous",
    "suscríbase", "suscríbete", "iscriviti", "assine", "zapisz się", "odebírat", "abonează-te", "schrijf u in", "abone ol", "berlangganan",
];
/// Lines before tags.
pub(super) const TAGS: &[&str] = &[
    "tags:",
    "tag:",
    "tagged:",
    "filed under:",
    "keywords:",
    "key words:",
    "topics:",
    "теги:",
    "тэги:",
    "метки:",
    "ключевые слова:",
    "темы:",
    "рубрика:",
    "рубрики:",
    "ключові слова:",
    "етикети:",
    "schlagwörter:",
    "schlagworte:",
    "mots-clés:",
    "mots-clés :",
    "etiquetas:",
    "palabras clave:",
    "parole chiave:",
    "palavras-chave:",
    "tagi:",
    "štítky:",
    "etichete:",
    "etiketler:",
    "标签：",
    "タグ：",
    "标签:",
    "タグ:",
];
/// Beginnings of captions and credits.
#[rustfmt::skip]
pub(super) const CAPTION: &[&str] = &[
    "photo:", "photo by", "photo credit", "photograph:", "image:", "image credit", "picture:", "credit:", "illustration:", "caption:", "фото:", "фото ", "фотография:", "изображение:", "иллюстрация:", "источник фото", "снимок:",
    "світлина:", "снимка:", "foto:", "bild:", "bildquelle", "crédit photo", "photo :", "crédits :", "imagen:", "fotografía:", "immagine:", "imagem:", "zdjęcie:", "fot.", "fotografie:", "sursa foto", "fotoğraf:", "foto :", "ảnh:", "图：", "图片来源", "写真：", "사진:", "사진=",
];
/// Beginnings of disclaimers.
#[rustfmt::skip]
pub(super) const DISCLAIMER: &[&str] = &[
    "the views expressed", "the opinions expressed", "views expressed", "opinions expressed", "disclaimer", "any views or opinions", "the views and opinions", "the author's views",
    "мнение автора может", "мнение редакции может", "мнения авторов", "взгляды, выраженные", "точка зрения автора", "высказанные в статье", "думка автора", "погляди автора", "мнението на автора",
    "die in diesem beitrag", "die hier geäußerten", "namentlich gekennzeichnete", "die meinung des autors", "les opinions exprimées", "les propos", "las opiniones expresadas", "las opiniones vertidas", "le opinioni espresse", "as opiniões expressas",
    "poglądy wyrażone", "opinie wyrażone", "názory vyjádřené", "opiniile exprimate", "de meningen", "bu yazıda", "pendapat yang",
];
/// Beginnings of rating widgets.
pub(super) const RATING: &[&str] = &[
    "rate this",
    "rating:",
    "average rating",
    "your rating",
    "оцените",
    "оценить",
    "рейтинг:",
    "ваша оценка",
    "средняя оценка",
    "оцініть",
    "bewerten sie",
    "bewertung:",
    "notez cet",
    "valora este",
    "valoración:",
    "vota questo",
    "avalie",
    "oceń",
    "ohodnoťte",
    "evaluați",
    "beoordeel",
    "puan ver",
];
/// Beginnings of polls.
pub(super) const POLL: &[&str] = &[
    "reader poll",
    "poll:",
    "poll of the",
    "our poll",
    "vote now",
    "опрос:",
    "опрос дня",
    "опрос читателей",
    "голосование:",
    "опитування:",
    "анкета:",
    "umfrage:",
    "sondage",
    "encuesta:",
    "sondaggio",
    "enquete:",
    "sonda:",
    "ankieta:",
    "anketa:",
    "peiling:",
    "anket:",
];
/// What the last line of a poll says.
pub(super) const VOTES: &[&str] = &[
    "votes:",
    "total votes",
    "see results",
    "проголосовало",
    "всего голосов",
    "голосов:",
    "результаты",
    "stimmen",
    "ergebnisse",
    "votants",
    "ver resultados",
    "votos",
    "voti",
    "głosów",
    "hlasů",
    "stemmen",
    "oy",
];
/// Links to the page in another language: the whole line.
#[rustfmt::skip]
pub(super) const LANGUAGE_LINK: &[&str] = &[
    "читать на русском", "читать по-русски", "читать на английском", "русская версия", "версия на русском", "на русском", "на русском языке", "по-русски", "английская версия", "читати українською", "українською", "українська версія",
    "read in english", "read in russian", "read in german", "read in french", "read in spanish", "english version", "in english", "russian version", "also available in", "available in english", "available in russian", "this article in english",
    "auf deutsch", "auf deutsch lesen", "auf russisch lesen", "auf englisch lesen", "lire en français", "lire en anglais", "en français", "version française", "leer en español", "leer en inglés", "en español", "versión en español", "leggi in italiano", "in italiano",
    "czytaj po polsku", "czytaj po angielsku", "ler em português", "english", "русский", "українська", "deutsch", "français", "español", "italiano", "polski", "中文", "日本語", "العربية",
];
/// What is said where one may leave a list of subscribers.
#[rustfmt::skip]
pub(super) const UNSUBSCRIBE: &[&str] = &[
    "unsubscribe", "отписаться", "відписатися", "отписване", "abbestellen", "abmelden jederzeit", "désinscri", "désabonn", "darse de baja", "date de baja", "disiscri", "annulla l'iscrizione", "cancelar a inscrição", "cancelar inscrição",
    "wypisz się", "wypisać się", "odhlásit", "dezabon", "uitschrijven", "afmelden", "abonelikten", "berhenti berlangganan", "hủy đăng ký", "إلغاء الاشتراك", "لغو اشتراک", "退订", "配信停止", "구독 취소",
];
/// Lines that are a button, whole.
#[rustfmt::skip]
pub(super) const BUTTON: &[&str] = &[
    "accept", "accept all", "accept cookies", "reject all", "manage preferences", "cookie settings", "got it", "sign up", "sign in", "log in", "subscribe", "follow", "listen", "reply", "load more", "show more", "back to top", "open in app", "skip to content", "skip to main content",
    "принять", "принять все", "согласен", "понятно", "хорошо", "подробнее", "войти", "подписаться", "слушать", "ответить", "показать ещё", "показать еще", "наверх", "прийняти", "гаразд", "докладніше", "увійти", "підписатися", "нагору",
    "alle akzeptieren", "akzeptieren", "ablehnen", "einstellungen", "anmelden", "abonnieren", "mehr anzeigen", "nach oben", "zum inhalt springen", "tout accepter", "accepter", "refuser", "paramétrer", "connexion", "s'inscrire", "s'abonner", "haut de page", "aller au contenu",
    "aceptar", "aceptar todo", "rechazar", "iniciar sesión", "suscribirse", "suscríbete", "volver arriba", "accetta", "accetta tutti", "rifiuta", "accedi", "iscriviti", "aceitar", "aceitar tudo", "entrar", "assinar", "akceptuję", "zaakceptuj wszystko", "odrzuć", "zaloguj się", "souhlasím", "přijmout vše", "přihlásit se", "accept toate", "acceptă", "accepteren", "alles accepteren", "inloggen", "kabul et", "giriş yap", "接受", "登录", "同意する", "ログイン", "동의", "로그인",
];
/// Lines over an advertisement, whole.
#[rustfmt::skip]
pub(super) const AD: &[&str] = &[
    "advertisement", "advertising", "sponsored content", "реклама", "на правах рекламы", "anzeige", "werbung", "publicité", "publicidad", "pubblicità", "publicidade", "reklama", "publicitate", "advertentie", "reklam", "iklan", "quảng cáo", "إعلان", "آگهی", "विज्ञापन", "广告", "広告", "광고",
];
/// What stands behind the number of minutes that a text takes.
#[rustfmt::skip]
pub(super) const READING_TIME: &[&str] = &[
    "min read", "minute read", "minutes read", "мин чтения", "минут чтения", "минуты чтения", "хв читання", "хвилин читання", "min. lesezeit", "min lesezeit", "minuten lesezeit", "min de lecture", "minutes de lecture", "min de lectura", "minutos de lectura", "min di lettura", "minuti di lettura", "min de leitura", "min czytania", "min čtení", "min leestijd", "dk okuma",
];
