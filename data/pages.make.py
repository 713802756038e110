"""Makes the pages of data/pages and their gold text, pages.expected.json.

    python data/pages.make.py

Fifteen layouts as sites have them, each in two languages. What an article says comes from data/briefs; lists, quotes,
questions and furniture (menus, share rows, notices, comments) are written below. Class names and nesting follow what
the common systems produce (blog engines, wikis, forums, portals, page builders, e-mail), not any rule of the reader.
Gold are title, prose, lists, quotations and tables of data; `optional` is what may stay or go: bylines, dates,
captions, footnotes, standfirsts that are no sentence of the text.
"""

import html
import json
import pathlib

DATA = pathlib.Path(__file__).parent
PAGES = DATA / "pages"

WORDS = {
    "en": dict(
        menu=["Home", "World", "Economy", "Security", "Opinion", "Podcasts", "About us", "Contact"],
        share=["Share", "Facebook", "X", "LinkedIn", "WhatsApp", "Copy link", "Print"],
        cookie="We and our 214 partners store and access information on your device to personalise content and to measure how our pages are used. You can change your choice at any time.",
        accept="Accept all", settings="Manage preferences", related="Related articles", read="Read more", most="Most read", comments="Comments",
        news="Get the morning briefing", news_text="The five stories that matter, in your inbox before eight. Unsubscribe at any time.", subscribe="Sign up",
        copy="All rights reserved. Registered charity no. 559310.", privacy="Privacy policy", terms="Terms of use", search="Search", minutes="6 min read",
        by="By", top="Back to top", tags="Tags", photo="Photo: archive of the port authority", login="Log in", advert="Advertisement", useful="Is this page useful?", yes="Yes", no="No",
        bio="is a senior fellow who writes on trade and borders. Before that she spent eleven years in the customs service.",
        views="The views expressed are those of the author and do not necessarily reflect those of the institute.",
        comment=["Finally somebody says it. I have worked at that crossing for nine years and it is exactly like this.", "With respect, the author has never had to fill in one of these forms.", "Does anyone know where the figures in the second paragraph come from?"],
        teaser=["Why the ferry never runs on Thursdays", "Grain prices: what the spring will bring", "A lighthouse keeper looks back", "The court that meets twice a year", "Ten maps that explain the delta"],
        teaser_text="A short walk through the archives shows how an old custom became a rule that nobody can now explain.",
        heads=["What is at stake", "How it came to this", "What could be done"],
        list_lead="Three steps would not need a treaty:", list=["publish the figures each quarter, in both languages and without rounding", "name one person on each side who answers the telephone at night", "pay for the inspection before the inspection and not after it"],
        quote="We were asked to count the barrels, and nobody had told us what a barrel was.", quote_by="A former inspector",
        table=[["Year", "Crossings", "Refused"], ["2021", "48,210", "311"], ["2022", "51,904", "287"], ["2023", "39,077", "902"]], caption="Crossings at the eastern bridge",
        question="How do I register a boat that was built in the other country?", ask="I bought a small wooden boat last autumn. It was built across the river in 1974 and has papers from there, but the harbour office says that the form needs a number which was never issued at the time. Has anybody got past this?",
        answers=["You need form B7 and not B4. The number is only asked for on B4, which is for boats built after 1991. Ask for the older form at the second window; they keep it in a drawer.", "The same happened to me. I wrote to the registry across the river, and after three weeks they sent a letter saying that no number exists. The harbour office accepted the letter without a word."],
        footnote="Figures of the joint commission, annual report, table 4.", infobox=[["Founded", "1964"], ["Members", "11"], ["Seat", "Ostwick"]], press="Press release", contact="Notes to editors", contact_text="Press office, telephone 555 0140, press@ministry.example"),
    "ru": dict(
        menu=["Главная", "В мире", "Экономика", "Безопасность", "Мнения", "Подкасты", "О проекте", "Контакты"],
        share=["Поделиться", "ВКонтакте", "Telegram", "Одноклассники", "WhatsApp", "Скопировать ссылку", "Печать"],
        cookie="Мы используем файлы cookie, чтобы сайт работал лучше. Оставаясь на сайте, вы соглашаетесь с условиями использования файлов cookie и обработки персональных данных.",
        accept="Хорошо", settings="Подробнее", related="Материалы по теме", read="Читать далее", most="Самое читаемое", comments="Комментарии",
        news="Подпишитесь на рассылку", news_text="Главное за неделю — в вашей почте по пятницам. Отписаться можно в любой момент.", subscribe="Подписаться",
        copy="Все права защищены. При использовании материалов ссылка на сайт обязательна.", privacy="Политика конфиденциальности", terms="Правила сайта", search="Поиск", minutes="6 минут чтения",
        by="Автор:", top="Наверх", tags="Теги", photo="Фото: архив управления порта", login="Войти", advert="Реклама", useful="Была ли страница полезна?", yes="Да", no="Нет",
        bio="— старший научный сотрудник, пишет о торговле и границах. Одиннадцать лет работала на таможне.",
        views="Мнение автора может не совпадать с позицией редакции.",
        comment=["Наконец-то кто-то это сказал. Я девять лет работаю на этом переходе, всё именно так.", "При всём уважении, автор сам ни разу не заполнял эти бланки.", "А откуда цифры во втором абзаце, кто-нибудь знает?"],
        teaser=["Почему паром не ходит по четвергам", "Цены на зерно: чего ждать весной", "Смотритель маяка вспоминает", "Суд, который собирается дважды в год", "Десять карт, которые объясняют дельту"],
        teaser_text="Короткая прогулка по архивам показывает, как старый обычай стал правилом, которого теперь никто не может объяснить.",
        heads=["В чём вопрос", "Как до этого дошло", "Что можно сделать"],
        list_lead="Три шага не потребовали бы договора:", list=["публиковать цифры каждый квартал, на двух языках и без округления", "назвать с каждой стороны одного человека, который ночью снимает трубку", "платить за проверку до проверки, а не после неё"],
        quote="Нас попросили сосчитать бочки, и никто не сказал нам, что такое бочка.", quote_by="Бывший инспектор",
        table=[["Год", "Пересечений", "Отказов"], ["2021", "48 210", "311"], ["2022", "51 904", "287"], ["2023", "39 077", "902"]], caption="Пересечения на восточном мосту",
        question="Как зарегистрировать лодку, построенную в соседней стране?", ask="Прошлой осенью я купил небольшую деревянную лодку. Её построили за рекой в 1974 году, бумаги оттуда есть, но в портовой конторе говорят, что в бланке нужен номер, которого тогда не выдавали. Кто-нибудь через это проходил?",
        answers=["Вам нужен бланк Б7, а не Б4. Номер спрашивают только в Б4, он для лодок, построенных после 1991 года. Попросите старый бланк во втором окне, они держат его в ящике.", "У меня было то же самое. Я написал в реестр за рекой, и через три недели пришло письмо, что номера не существует. В портовой конторе письмо приняли без слов."],
        footnote="Данные совместной комиссии, годовой отчёт, таблица 4.", infobox=[["Основан", "1964"], ["Членов", "11"], ["Место", "Оствик"]], press="Пресс-релиз", contact="Контакты для прессы", contact_text="Пресс-служба, тел. 555 01 40, press@ministry.example"),
    "de": dict(
        menu=["Startseite", "Politik", "Wirtschaft", "Sicherheit", "Meinung", "Podcast", "Über uns", "Kontakt"],
        share=["Teilen", "Facebook", "X", "LinkedIn", "WhatsApp", "Link kopieren", "Drucken"],
        cookie="Wir und unsere 214 Partner verwenden Cookies, um Inhalte zu personalisieren und die Nutzung unserer Seiten zu messen. Sie können Ihre Auswahl jederzeit ändern.",
        accept="Alle akzeptieren", settings="Einstellungen", related="Mehr zum Thema", read="Weiterlesen", most="Meistgelesen", comments="Kommentare",
        news="Der Morgenbrief", news_text="Fünf Themen, die zählen, vor acht Uhr in Ihrem Postfach. Abbestellen jederzeit möglich.", subscribe="Abonnieren",
        copy="Alle Rechte vorbehalten. Eingetragener Verein.", privacy="Datenschutz", terms="Impressum", search="Suche", minutes="6 Min. Lesezeit",
        by="Von", top="Nach oben", tags="Schlagworte", photo="Foto: Archiv der Hafenverwaltung", login="Anmelden", advert="Anzeige", useful="War diese Seite hilfreich?", yes="Ja", no="Nein",
        bio="forscht zu Handel und Grenzen. Zuvor arbeitete sie elf Jahre beim Zoll.",
        views="Der Beitrag gibt die Meinung der Autorin wieder und nicht unbedingt die des Instituts.",
        comment=["Endlich sagt es jemand. Ich arbeite seit neun Jahren an diesem Übergang, genau so ist es.", "Bei allem Respekt, die Autorin hat nie eines dieser Formulare ausfüllen müssen.", "Weiß jemand, woher die Zahlen im zweiten Absatz kommen?"],
        teaser=["Warum die Fähre donnerstags nicht fährt", "Getreidepreise: was das Frühjahr bringt", "Ein Leuchtturmwärter blickt zurück", "Das Gericht, das zweimal im Jahr tagt", "Zehn Karten, die das Delta erklären"],
        teaser_text="Ein kurzer Gang durch die Archive zeigt, wie aus einem alten Brauch eine Regel wurde, die heute niemand mehr erklären kann.",
        heads=["Worum es geht", "Wie es dazu kam", "Was zu tun wäre"],
        list_lead="Drei Schritte brauchten keinen Vertrag:", list=["die Zahlen jedes Quartal veröffentlichen, zweisprachig und ungerundet", "auf jeder Seite eine Person benennen, die nachts ans Telefon geht", "die Prüfung vor der Prüfung bezahlen und nicht danach"],
        quote="Wir sollten die Fässer zählen, und niemand hatte uns gesagt, was ein Fass ist.", quote_by="Ein früherer Prüfer",
        table=[["Jahr", "Übertritte", "Abgewiesen"], ["2021", "48.210", "311"], ["2022", "51.904", "287"], ["2023", "39.077", "902"]], caption="Übertritte an der Ostbrücke",
        question="Wie melde ich ein Boot an, das im Nachbarland gebaut wurde?", ask="Ich habe im Herbst ein kleines Holzboot gekauft. Es wurde 1974 jenseits des Flusses gebaut und hat Papiere von dort, aber das Hafenamt sagt, im Formular fehle eine Nummer, die es damals gar nicht gab. Hat das schon jemand geschafft?",
        answers=["Du brauchst Formular B7 und nicht B4. Die Nummer wird nur auf B4 verlangt, das für Boote ab 1991 gilt. Frag am zweiten Schalter nach dem alten Formular; es liegt dort in einer Schublade.", "Mir ging es genauso. Ich schrieb an das Register jenseits des Flusses, und nach drei Wochen kam ein Brief, dass es keine Nummer gibt. Das Hafenamt nahm den Brief wortlos an."],
        footnote="Zahlen der gemeinsamen Kommission, Jahresbericht, Tabelle 4.", infobox=[["Gegründet", "1964"], ["Mitglieder", "11"], ["Sitz", "Ostwick"]], press="Pressemitteilung", contact="Pressekontakt", contact_text="Pressestelle, Tel. 555 0140, presse@ministerium.example"),
    "fr": dict(
        menu=["Accueil", "Monde", "Économie", "Sécurité", "Idées", "Podcasts", "À propos", "Contact"],
        share=["Partager", "Facebook", "X", "LinkedIn", "WhatsApp", "Copier le lien", "Imprimer"],
        cookie="Avec nos 214 partenaires, nous utilisons des cookies pour personnaliser les contenus et mesurer l'audience de nos pages. Vous pouvez changer d'avis à tout moment.",
        accept="Tout accepter", settings="Paramétrer", related="Sur le même sujet", read="Lire la suite", most="Les plus lus", comments="Commentaires",
        news="La lettre du matin", news_text="Cinq sujets qui comptent, dans votre boîte avant huit heures. Désinscription à tout moment.", subscribe="S'inscrire",
        copy="Tous droits réservés. Association reconnue d'utilité publique.", privacy="Confidentialité", terms="Mentions légales", search="Recherche", minutes="6 min de lecture",
        by="Par", top="Haut de page", tags="Mots-clés", photo="Photo : archives de l'administration du port", login="Connexion", advert="Publicité", useful="Cette page vous a-t-elle été utile ?", yes="Oui", no="Non",
        bio="est chercheuse associée et travaille sur le commerce et les frontières. Elle a passé onze ans aux douanes.",
        views="Les opinions exprimées n'engagent que leur auteur.",
        comment=["Enfin quelqu'un le dit. Je travaille à ce poste depuis neuf ans et c'est exactement cela.", "Avec tout le respect que je lui dois, l'auteur n'a jamais rempli un de ces formulaires.", "Quelqu'un sait-il d'où viennent les chiffres du deuxième paragraphe ?"],
        teaser=["Pourquoi le bac ne passe jamais le jeudi", "Prix du grain : ce qui nous attend au printemps", "Un gardien de phare se souvient", "Le tribunal qui siège deux fois l'an", "Dix cartes qui expliquent le delta"],
        teaser_text="Une brève promenade dans les archives montre comment un vieil usage est devenu une règle que personne ne sait plus expliquer.",
        heads=["L'enjeu", "Comment on en est arrivé là", "Ce qu'on pourrait faire"],
        list_lead="Trois pas se passeraient de traité :", list=["publier les chiffres chaque trimestre, dans les deux langues et sans les arrondir", "nommer de chaque côté une personne qui décroche la nuit", "payer l'inspection avant l'inspection et non après"],
        quote="On nous avait demandé de compter les barils, et personne ne nous avait dit ce qu'était un baril.", quote_by="Un ancien inspecteur",
        table=[["Année", "Passages", "Refus"], ["2021", "48 210", "311"], ["2022", "51 904", "287"], ["2023", "39 077", "902"]], caption="Passages au pont de l'Est",
        question="Comment immatriculer un bateau construit dans l'autre pays ?", ask="J'ai acheté l'automne dernier un petit bateau en bois. Il a été construit de l'autre côté du fleuve en 1974 et ses papiers en viennent, mais la capitainerie dit que le formulaire exige un numéro qui n'existait pas à l'époque. Quelqu'un s'en est-il sorti ?",
        answers=["Il vous faut le formulaire B7 et non le B4. Le numéro n'est demandé que sur le B4, pour les bateaux construits après 1991. Demandez l'ancien au deuxième guichet ; ils le gardent dans un tiroir.", "Même histoire pour moi. J'ai écrit au registre de l'autre rive, et trois semaines plus tard une lettre disait qu'il n'y a pas de numéro. La capitainerie l'a prise sans un mot."],
        footnote="Chiffres de la commission mixte, rapport annuel, tableau 4.", infobox=[["Fondation", "1964"], ["Membres", "11"], ["Siège", "Ostwick"]], press="Communiqué de presse", contact="Contact presse", contact_text="Service de presse, tél. 555 01 40, presse@ministere.example"),
    "uk": dict(
        menu=["Головна", "Світ", "Економіка", "Безпека", "Погляди", "Подкасти", "Про нас", "Контакти"],
        share=["Поділитися", "Facebook", "Telegram", "X", "Viber", "Скопіювати посилання", "Друк"],
        cookie="Ми використовуємо файли cookie, щоб сайт працював краще. Залишаючись на сайті, ви погоджуєтеся з їх використанням.",
        accept="Гаразд", settings="Докладніше", related="Читайте також", read="Читати далі", most="Найпопулярніше", comments="Коментарі",
        news="Підпишіться на розсилку", news_text="Головне за тиждень щоп'ятниці у вашій пошті. Відписатися можна будь-коли.", subscribe="Підписатися",
        copy="Усі права захищено. Передрук лише з посиланням на сайт.", privacy="Політика приватності", terms="Правила сайту", search="Пошук", minutes="6 хв читання",
        by="Автор:", top="Нагору", tags="Теги", photo="Світлина: архів управління порту", login="Увійти", advert="Реклама", useful="Чи була сторінка корисною?", yes="Так", no="Ні",
        bio="— старша наукова співробітниця, пише про торгівлю та кордони. Одинадцять років працювала на митниці.",
        views="Погляди автора можуть не збігатися з позицією редакції.",
        comment=["Нарешті хтось це сказав. Я дев'ять років працюю на цьому переході, усе саме так.", "З усією повагою, авторка жодного разу не заповнювала цих бланків.", "А звідки цифри в другому абзаці, хтось знає?"],
        teaser=["Чому пором не ходить у четвер", "Ціни на зерно: чого чекати навесні", "Доглядач маяка згадує", "Суд, що збирається двічі на рік", "Десять мап, які пояснюють дельту"],
        teaser_text="Коротка прогулянка архівами показує, як давній звичай став правилом, якого тепер ніхто не може пояснити.",
        heads=["У чому питання", "Як до цього дійшло", "Що можна зробити"],
        list_lead="Три кроки не потребували б договору:", list=["публікувати цифри щокварталу, двома мовами й без округлення", "назвати з кожного боку одну людину, яка вночі бере слухавку", "платити за перевірку до перевірки, а не після неї"],
        quote="Нас попросили порахувати бочки, і ніхто не сказав нам, що таке бочка.", quote_by="Колишній інспектор",
        table=[["Рік", "Перетинів", "Відмов"], ["2021", "48 210", "311"], ["2022", "51 904", "287"], ["2023", "39 077", "902"]], caption="Перетини на східному мосту",
        question="Як зареєструвати човен, збудований у сусідній країні?", ask="Торік восени я купив невеликий дерев'яний човен. Його збудували за річкою 1974 року, папери звідти є, але в портовій конторі кажуть, що в бланку потрібен номер, якого тоді не видавали. Хтось уже це проходив?",
        answers=["Вам потрібен бланк Б7, а не Б4. Номер питають лише в Б4, він для човнів, збудованих після 1991 року. Попросіть старий бланк у другому вікні, вони тримають його в шухляді.", "У мене було те саме. Я написав до реєстру за річкою, і через три тижні прийшов лист, що номера не існує. У портовій конторі лист прийняли без слів."],
        footnote="Дані спільної комісії, річний звіт, таблиця 4.", infobox=[["Засновано", "1964"], ["Членів", "11"], ["Осередок", "Оствік"]], press="Пресреліз", contact="Контакти для преси", contact_text="Пресслужба, тел. 555 01 40, press@ministry.example"),
}

e = html.escape


class Brief:
    def __init__(self, path):
        _, head, body = path.read_text("utf-8").split("---\n", 2)
        field = {l.split(":", 1)[0]: l.split(":", 1)[1].strip().strip('"') for l in head.splitlines() if ":" in l}
        self.title, self.author, self.date, self.source, self.lang = (field[k] for k in ("title", "author", "date", "source", "language"))
        self.paragraphs = [p.replace("\n", " ").strip().lstrip("# ") for p in body.strip().split("\n\n") if p.strip()]


class Page:
    """A page under way: `t` marks what must stay, `o` what may."""

    def __init__(self, briefs, w):
        self.briefs, self.w, self.gold, self.optional = briefs, w, [], []
        self.b = briefs[0]

    def t(self, text):
        self.gold.append(text)
        return e(text)

    def o(self, text):
        self.optional.append(text)
        return e(text)

    def links(self, items, item="<li><a href='#'>{}</a></li>"):
        return "\n".join(item.format(e(i)) for i in items)

    def prose(self, paragraphs, form="<p>{}</p>\n"):
        return [form.format(self.t(p)) for p in paragraphs]

    def list(self, form="<ul>{}</ul>", item="<li>{}</li>"):
        return f"<p>{self.t(self.w['list_lead'])}</p>" + form.format("".join(item.format(self.t(i)) for i in self.w["list"]))

    def table(self, attributes=""):
        rows = [[self.t(c) for c in row] for row in self.w["table"]]
        head = "<tr>" + "".join(f"<th>{c}</th>" for c in rows[0]) + "</tr>"
        return f"<table {attributes}><thead>{head}</thead><tbody>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in r) + "</tr>" for r in rows[1:]) + "</tbody></table>"

    def text(self, n=0):
        return self.briefs[n].paragraphs


def head(p, extra="", title=None):
    return f"<!DOCTYPE html>\n<html lang='{p.b.lang}'><head><meta charset='utf-8'><title>{e(title or p.b.title + ' - ' + p.b.source)}</title>{extra}<style>.x{{color:#333}}</style></head>\n"


def newspaper(p):
    """A daily: hashed classes, a newsletter box and a reading list in the middle of the text."""
    w, b = p.w, p.b
    ps = p.text()
    return head(p, f"<meta property='og:title' content='{e(b.title)}'><script type='application/ld+json'>{json.dumps({'@context': 'https://schema.org', '@type': 'NewsArticle', 'headline': b.title, 'datePublished': b.date, 'author': {'@type': 'Person', 'name': b.author}}, ensure_ascii=False)}</script>") + f"""<body>
<div id="gdpr-wall" class="css-1kj3"><p>{e(w['cookie'])}</p><button>{e(w['accept'])}</button> <button>{e(w['settings'])}</button></div>
<header class="css-9f2"><div class="css-u1"><a href="/">{e(b.source)}</a><form><input placeholder="{e(w['search'])}"><button>{e(w['search'])}</button></form><a href="/login">{e(w['login'])}</a></div>
<nav><ul>{p.links(w['menu'])}</ul></nav></header>
<main id="site-content"><article id="story" class="css-1vxca1d">
<div class="css-ad1">{e(w['advert'])}</div>
<header class="css-1op"><p class="css-kick">{e(w['menu'][3])}</p><h1 class="css-h1">{p.t(b.title)}</h1>
<div class="css-by"><span>{p.o(w['by'] + ' ' + b.author)}</span><time datetime="{b.date}">{p.o(b.date)}</time><span class="css-rt">{e(w['minutes'])}</span></div>
<div class="css-tools"><ul>{p.links(w['share'], "<li><button aria-label='{0}'>{0}</button></li>")}</ul></div></header>
<figure class="css-fig"><img src="a.jpg" alt=""><figcaption>{p.o(w['caption'])} <span>{p.o(w['photo'])}</span></figcaption></figure>
<section name="articleBody" class="css-1r7ky0e"><div class="css-s1"><div class="css-53u6y8">{''.join(p.prose(ps[:2], "<p class='css-at9 evys'>{}</p>"))}</div></div>
<div class="css-nl"><h2>{e(w['news'])}</h2><p>{e(w['news_text'])}</p><form><input type="email"><button>{e(w['subscribe'])}</button></form></div>
<div class="css-s1"><div class="css-53u6y8"><h2 class="css-sub">{p.t(w['heads'][1])}</h2>{''.join(p.prose(ps[2:3], "<p class='css-at9 evys'>{}</p>"))}</div></div>
<div class="css-rel" role="complementary"><h3>{e(w['related'])}</h3><ol>{''.join(f"<li><a href='#'><h4>{e(t)}</h4><p>{e(w['teaser_text'])}</p></a></li>" for t in w['teaser'][:2])}</ol></div>
<div class="css-s1"><div class="css-53u6y8">{''.join(p.prose(ps[3:], "<p class='css-at9 evys'>{}</p>"))}</div></div></section>
<div class="css-bio"><p>{e(b.author)} {e(w['bio'])} <a href="#">@{e(b.author.split()[-1])}</a></p></div>
</article><section id="more" class="css-m"><h2>{e(w['most'])}</h2>{''.join(f"<article><a href='#'><h3>{e(t)}</h3></a><p>{e(w['teaser_text'])}</p></article>" for t in w['teaser'])}</section></main>
<footer class="css-f"><nav><ul>{p.links([w['privacy'], w['terms'], *w['menu'][6:]])}</ul></nav><p>© 2025 {e(b.source)}. {e(w['copy'])}</p></footer></body></html>"""


def blog(p):
    """A blog engine's theme: entry, sharing and related posts in the content, comments, widgets, archives."""
    w, b = p.w, p.b
    ps = p.text()
    return head(p, "<meta name='generator' content='WordPress 6.5'>", f"{b.title} | {b.source}") + f"""<body class="post-template-default single single-post postid-4418 single-format-standard wp-embed-responsive has-sidebar">
<div id="page" class="site"><a class="skip-link screen-reader-text" href="#content">Skip to content</a>
<header id="masthead" class="site-header"><div class="site-branding"><p class="site-title"><a href="/">{e(b.source)}</a></p><p class="site-description">{e(w['teaser_text'])}</p></div>
<nav id="site-navigation" class="main-navigation"><button class="menu-toggle">Menu</button><ul id="primary-menu" class="menu">{p.links(w['menu'], "<li class='menu-item'><a href='#'>{}</a></li>")}</ul></nav></header>
<div id="content" class="site-content"><div id="primary" class="content-area"><main id="main" class="site-main">
<article id="post-4418" class="post-4418 post type-post status-publish hentry category-notes tag-borders"><header class="entry-header"><h1 class="entry-title">{p.t(b.title)}</h1>
<div class="entry-meta"><span class="posted-on">{p.o(b.date)}</span> <span class="byline">{p.o(b.author)}</span> <span class="comments-link"><a href="#comments">3 {e(w['comments'])}</a></span></div></header>
<div class="entry-content">{''.join(p.prose(ps[:1]))}<blockquote class="wp-block-quote"><p>{p.t(w['quote'])}</p><cite>{p.o(w['quote_by'])}</cite></blockquote>
{''.join(p.prose(ps[1:2]))}<h3 class="wp-block-heading">{p.t(w['heads'][2])}</h3>{p.list("<ul class='wp-block-list'>{}</ul>")}
<figure class="wp-block-image size-large"><img src="b.jpg"><figcaption class="wp-element-caption">{p.o(w['caption'])}</figcaption></figure>{''.join(p.prose(ps[2:]))}
<div class="sharedaddy sd-sharing-enabled"><div class="robots-nocontent sd-block sd-social"><h3 class="sd-title">{e(w['share'][0])}:</h3><div class="sd-content"><ul>{p.links(w['share'][1:], "<li><a class='share-icon'><span>{}</span></a></li>")}</ul></div></div></div>
<div class="sharedaddy sd-block sd-like jetpack-likes-widget-wrapper"><h3 class="sd-title">Like this:</h3><span>Like</span> <span>Loading...</span></div>
<div id="jp-relatedposts" class="jp-relatedposts"><h3 class="jp-relatedposts-headline"><em>{e(w['related'])}</em></h3>{''.join(f"<div class='jp-relatedposts-post'><h4><a href='#'>{e(t)}</a></h4><p class='excerpt'>{e(w['teaser_text'])}</p><span class='date'>12.03.2024</span></div>" for t in w['teaser'][:3])}</div></div>
<footer class="entry-footer"><span class="cat-links">Posted in <a href="#">{e(w['menu'][4])}</a></span> <span class="tags-links">{e(w['tags'])}: <a href="#">delta</a>, <a href="#">borders</a></span></footer></article>
<nav class="navigation post-navigation"><div class="nav-previous"><a href="#">← {e(w['teaser'][0])}</a></div><div class="nav-next"><a href="#">{e(w['teaser'][1])} →</a></div></nav>
<div id="comments" class="comments-area"><h2 class="comments-title">3 {e(w['comments'])}</h2><ol class="comment-list">{''.join(f"<li class='comment byuser even depth-1'><article class='comment-body'><footer class='comment-meta'><b class='fn'>reader{i}</b> <time>2 days ago</time></footer><div class='comment-content'><p>{e(c)}</p></div><div class='reply'><a>Reply</a></div></article></li>" for i, c in enumerate(w['comment']))}</ol>
<div id="respond" class="comment-respond"><h3>Leave a Reply</h3><form><p class="comment-notes">Your email address will not be published. Required fields are marked *</p><label>Name</label><input><input type="submit" value="Post"></form></div></div></main></div>
<aside id="secondary" class="widget-area"><section class="widget widget_search"><form><input type="search"></form></section><section class="widget widget_recent_entries"><h2 class="widget-title">{e(w['most'])}</h2><ul>{p.links(w['teaser'])}</ul></section><section class="widget widget_text"><p>{e(w['news_text'])}</p></section></aside></div>
<footer id="colophon" class="site-footer"><div class="site-info"><a href="#">Proudly powered by WordPress</a> | Theme: Quill by Themefolk.</div></footer></div></body></html>"""


def think_tank(p):
    """An institute's content system: fields and views, an abstract, footnotes, experts, downloads."""
    w, b = p.w, p.b
    ps = p.text() + p.text(1)
    return head(p, f"<meta name='dcterms.created' content='{b.date}'><link rel='canonical' href='https://institute.example/node/211'>") + f"""<body class="path-node page-node-type-publication">
<div class="dialog-off-canvas-main-canvas"><div id="header" class="region region-header"><div class="block block-system"><a href="/"><img alt="{e(b.source)}"></a></div><div class="block block-menu" role="navigation"><ul class="menu menu--main nav">{p.links(w['menu'])}</ul></div></div>
<div class="region region-breadcrumb"><ol class="breadcrumb">{p.links([w['menu'][0], 'Research', b.title])}</ol></div>
<div class="main-container"><div class="region region-content"><div class="node node--type-publication node--view-mode-full"><h1 class="page-header"><span class="field field--name-title">{p.t(b.title)}</span></h1>
<div class="field field--name-field-authors"><a href="#">{p.o(b.author)}</a></div><div class="field field--name-field-date">{p.o(b.date)}</div>
<div class="field field--name-field-download"><a href="#" class="btn">Download PDF (1.2 MB)</a> <a href="#" class="btn">{e(w['share'][-1])}</a></div>
<div class="field field--name-body field--type-text-with-summary"><p class="lead">{p.t(ps[0])}</p><h2>{p.t(w['heads'][0])}</h2>{''.join(p.prose(ps[1:3]))}<h2>{p.t(w['heads'][1])}</h2>{''.join(p.prose(ps[3:5]))}
<div class="table-responsive"><p class="table-title"><strong>{p.o(w['caption'])}</strong></p>{p.table("class='table table-striped'")}</div><h2>{p.t(w['heads'][2])}</h2>{''.join(p.prose(ps[5:]))}{p.list("<ol>{}</ol>")}
<hr><div class="footnotes"><ol><li id="fn1">{p.o(w['footnote'])} <a href="#r1">↩</a></li></ol></div></div>
<div class="field field--name-field-disclaimer"><p><em>{e(w['views'])}</em></p></div></div>
<div class="views-element-container block block-views-experts"><h2>{e(b.author)}</h2><div class="view-content"><div class="views-row"><p>{e(b.author)} {e(w['bio'])}</p></div></div></div>
<div class="block block-views-related"><h2 class="block-title">{e(w['related'])}</h2>{''.join(f"<div class='views-row'><span class='field-content'><a href='#'>{e(t)}</a></span><p>{e(w['teaser_text'])}</p></div>" for t in w['teaser'][:3])}</div></div></div>
<div class="region region-footer"><div class="block"><h3>{e(w['news'])}</h3><p>{e(w['news_text'])}</p></div><p class="copyright">© {e(b.source)}</p></div></div></body></html>"""


def wiki(p):
    """An encyclopaedia: contents, infobox, edit links, notes, navigation boxes, categories."""
    w, b = p.w, p.b
    ps = p.text() + p.text(1)
    edit = "<span class='mw-editsection'>[<a href='#'>edit</a>]</span>"
    return head(p, "<meta name='generator' content='MediaWiki 1.41'>") + f"""<body class="skin-vector-legacy mediawiki ltr ns-0 ns-subject page-x rootpage-x action-view"><div id="mw-page-base"></div>
<div id="content" class="mw-body" role="main"><a id="top"></a><div id="siteNotice"><p>{e(w['news_text'])}</p></div><h1 id="firstHeading" class="firstHeading mw-first-heading">{p.t(b.title)}</h1>
<div id="bodyContent" class="vector-body"><div id="siteSub" class="noprint">From {e(b.source)}</div><div id="mw-content-text" class="mw-body-content"><div class="mw-parser-output">
<table class="infobox vcard"><tbody><tr><th colspan="2" class="infobox-above">{p.o(b.source)}</th></tr>{''.join(f"<tr><th scope='row'>{p.o(a)}</th><td>{p.o(c)}</td></tr>" for a, c in w['infobox'])}</tbody></table>
{''.join(p.prose(ps[:2]))}<div id="toc" class="toc" role="navigation"><div class="toctitle"><h2>Contents</h2></div><ul>{''.join(f"<li class='toclevel-1'><a href='#'><span class='tocnumber'>{i}</span> <span class='toctext'>{e(h)}</span></a></li>" for i, h in enumerate(w['heads'], 1))}</ul></div>
<h2><span class="mw-headline">{p.t(w['heads'][0])}</span>{edit}</h2>{''.join(p.prose(ps[2:4]))}
<div class="thumb tright"><div class="thumbinner"><img src="c.jpg"><div class="thumbcaption">{p.o(w['caption'])}</div></div></div>
<h2><span class="mw-headline">{p.t(w['heads'][1])}</span>{edit}</h2>{''.join(p.prose(ps[4:6]))}{p.table("class='wikitable'")}
<h2><span class="mw-headline">{p.t(w['heads'][2])}</span>{edit}</h2>{''.join(p.prose(ps[6:]))}
<h2><span class="mw-headline">References</span>{edit}</h2><div class="reflist"><ol class="references"><li id="cite_note-1"><span class="mw-cite-backlink">^</span> <span class="reference-text">{p.o(w['footnote'])}</span></li></ol></div>
<div class="navbox" role="navigation"><table><tr><th>v · t · e</th></tr><tr><td>{' · '.join(f"<a href='#'>{e(t)}</a>" for t in w['teaser'])}</td></tr></table></div></div></div>
<div id="catlinks" class="catlinks"><a href="#">Categories</a>: <ul>{p.links(w['menu'][1:4])}</ul></div></div></div>
<div id="mw-navigation"><h2>Navigation menu</h2><div id="mw-head"><ul>{p.links(['Talk', 'Read', 'Edit', 'View history', w['login']])}</ul></div><div id="mw-panel"><ul>{p.links(w['menu'])}</ul></div></div>
<footer id="footer" class="mw-footer"><ul><li>This page was last edited on {b.date}.</li><li>Text is available under a free licence; additional terms may apply.</li></ul></footer></body></html>"""


def answers(p):
    """Questions and answers: votes, user cards, remarks under the answers, a side column of other questions."""
    w, b = p.w, p.b
    cell = "<div class='votecell'><button>▲</button><div class='js-vote-count'>{}</div><button>▼</button></div>"
    card = "<div class='post-signature'><div class='user-info'><div class='user-action-time'>answered Mar 4 at 10:12</div><a href='#'>{}</a><div>1,204 <span title='reputation'>●3 ●18</span></div></div></div>"
    remarks = lambda i: f"<div class='comments js-comments-container'><ul class='comments-list'><li class='comment'><span class='comment-copy'>{e(w['comment'][i])}</span> – <a>user{i}</a> <span>Mar 5</span></li></ul><a class='js-add-link'>Add a comment</a></div>"
    menu = "<div class='post-menu'><a>Share</a> <a>Improve this question</a> <a>Follow</a></div>"
    posts = [w["answers"][0], w["answers"][1], *p.text()[:3]]
    question = p.t(w["question"])
    ask = p.t(w["ask"])
    parts = []
    for i, a in enumerate(posts):
        text = f"<p>{p.t(a)}</p>" + (p.list() if i == 1 else "")
        parts.append(f"<div id='answer-{i}' class='answer'><div class='post-layout'>{cell.format(9 - i)}<div class='answercell post-layout--right'><div class='s-prose js-post-body'>{text}</div>{menu}{card.format('user' + str(i))}{remarks(i) if i < 2 else ''}</div></div></div>")
    return head(p, "", w["question"] + " - " + b.source) + f"""<body class="question-page unified-theme"><header class="s-topbar"><a href="/">{e(b.source)}</a><ol>{p.links([w['login'], w['subscribe']])}</ol></header>
<div class="container"><div id="left-sidebar"><nav><ol>{p.links(['Questions', 'Tags', 'Users', 'Unanswered'])}</ol></nav></div>
<div id="content"><div itemprop="mainEntity"><div id="question-header"><h1 itemprop="name"><a class="question-hyperlink" href="#">{question}</a></h1><a class="s-btn">Ask Question</a></div>
<div class="d-flex"><div>Asked <time>1 year ago</time></div><div>Modified today</div><div>Viewed 4k times</div></div>
<div id="mainbar"><div class="question"><div class="post-layout">{cell.format(14)}<div class="postcell"><div class="s-prose js-post-body" itemprop="text"><p>{ask}</p></div><div class="post-taglist"><ul><li><a>boats</a></li><li><a>registry</a></li></ul></div>{menu}{card.format('asker')}{remarks(2)}</div></div></div>
<div id="answers"><div id="answers-header"><h2>{len(posts)} Answers</h2><span>Sorted by: Highest score (default)</span></div>{''.join(parts)}</div>
<form id="post-form"><h2>Your Answer</h2><textarea></textarea><p>By clicking “Post Your Answer”, you agree to our terms of service and acknowledge you have read our privacy policy.</p></form></div>
<div id="sidebar"><div class="module"><h4>Hot questions</h4><ul>{p.links([t + '?' for t in w['teaser']])}</ul></div><div class="s-sidebarwidget"><b>The Overflow Blog</b><p>{e(w['teaser_text'])}</p></div></div></div></div>
<footer id="footer"><p>{e(w['privacy'])} {e(w['terms'])}</p><p>Site design © 2025; user contributions licensed under a free licence.</p></footer></body></html>"""


def forum(p):
    """A bulletin board: profiles beside the posts, quotations of earlier posts, signatures."""
    w, b = p.w, p.b
    posts = [w["ask"], w["answers"][0], *p.text()[:2], w["answers"][1], *p.text()[2:]]
    title = p.t(w["question"])
    out = []
    for i, text in enumerate(posts):
        profile = f"<dl class='postprofile'><dt><a href='#'>user{i % 3}</a></dt><dd class='profile-rank'>Member</dd><dd class='profile-posts'><strong>Posts:</strong> {120 + i}</dd><dd class='profile-joined'><strong>Joined:</strong> 14 May 2011</dd></dl>"
        signature = f"<div class='signature'>{e(w['teaser'][i % 2])}<br>user{i % 3}.example</div>" if i % 2 else ""
        out.append(f"<div id='p{i}' class='post has-profile bg{i % 2 + 1}'><div class='inner'>{profile}<div class='postbody'><h3><a href='#p{i}'>Re: {e(w['question'])}</a></h3><ul class='post-buttons'><li><a>Quote</a></li></ul><p class='author'>by <b>user{i % 3}</b> » {b.date}</p><div class='content'>{p.t(text)}</div>{signature}</div><div class='back2top'><a href='#top'>{e(w['top'])}</a></div></div></div><hr class='divider'>")
    return head(p, "", b.source + " • " + w["question"]) + f"""<body id="phpbb" class="nojs notouch section-viewtopic ltr"><div id="wrap" class="wrap"><div id="page-header"><div class="headerbar"><h1>{e(b.source)}</h1><p>{e(w['teaser_text'])}</p></div>
<div class="navbar"><ul id="nav-main" class="nav-main linklist">{p.links(['FAQ', w['login'], w['search']])}</ul><ul id="nav-breadcrumbs">{p.links([w['menu'][0], 'Boats', 'Papers'])}</ul></div></div>
<div id="page-body" class="page-body" role="main"><h2 class="topic-title"><a href="#">{title}</a></h2><div class="action-bar bar-top"><a class="button">Post Reply</a><div class="pagination">{len(posts)} posts • Page <strong>1</strong> of <strong>1</strong></div></div>
{''.join(out)}<div class="action-bar"><a>Post Reply</a></div><div class="stat-block online-list"><h3>Who is online</h3><p>Users browsing this forum: No registered users and 2 guests</p></div></div>
<div id="page-footer" class="page-footer"><div class="copyright"><p>Powered by forum software © the forum group</p></div></div></div></body></html>"""


def government(p):
    """A ministry's press release: banner, breadcrumb, metadata, contact for the press, a survey."""
    w, b = p.w, p.b
    ps = p.text()
    return head(p, f"<meta name='govuk:content-type' content='press_release'><meta name='DC.date.issued' content='{b.date}'>") + f"""<body class="gem-c-layout-for-public govuk-template__body"><div class="gem-c-cookie-banner govuk-cookie-banner" role="region"><div class="govuk-cookie-banner__content"><p>{e(w['cookie'])}</p></div><button>{e(w['accept'])}</button><button>{e(w['settings'])}</button></div>
<a href="#content" class="govuk-skip-link">Skip to main content</a><header role="banner" class="gem-c-layout-super-navigation-header"><a href="/">{e(b.source)}</a><nav>{p.links(w['menu'][:5], "<a href='#'>{}</a>")}</nav></header>
<div class="govuk-width-container"><div class="gem-c-breadcrumbs govuk-breadcrumbs"><ol>{p.links([w['menu'][0], w['menu'][3]])}</ol></div>
<main id="content" class="govuk-main-wrapper"><div class="gem-c-heading"><p class="gem-c-heading__context">{p.o(w['press'])}</p><h1 class="gem-c-heading__text">{p.t(b.title)}</h1></div><p class="gem-c-lead-paragraph">{p.t(ps[0])}</p>
<div class="gem-c-metadata"><dl><dt>From:</dt><dd><a href="#">{p.o(b.source)}</a></dd><dt>Published</dt><dd>{p.o(b.date)}</dd></dl></div>
<div class="responsive-bottom-margin"><div class="gem-c-govspeak govuk-govspeak"><div class="govspeak">{''.join(p.prose(ps[1:2]))}<blockquote class="last-child"><p class="last-child">{p.t(w['quote'])}</p></blockquote>{''.join(p.prose(ps[2:]))}{p.list()}
<div class="contact"><p><strong>{p.o(w['contact'])}</strong></p><p>{p.o(w['contact_text'])}</p></div></div></div></div>
<div class="gem-c-share-links"><h2 class="gem-c-share-links__title">{e(w['share'][0])}</h2><ul>{p.links(w['share'][1:3])}</ul></div><div class="gem-c-published-dates">Published {b.date}</div></main>
<div class="gem-c-contextual-footer"><h2>{e(w['related'])}</h2><ul>{p.links(w['teaser'][:3])}</ul></div></div>
<div class="gem-c-feedback govuk-!-display-none-print"><h2>{e(w['useful'])}</h2><button>{e(w['yes'])}</button><button>{e(w['no'])}</button><p>{e(w['cookie'])}</p></div>
<footer class="gem-c-layout-footer govuk-footer" role="contentinfo"><ul>{p.links([w['privacy'], w['terms'], 'Cookies'])}</ul><span>All content is available under an open licence, except where otherwise stated</span></footer></body></html>"""


def portal(p):
    """A news portal of a thousand boxes: inserts between paragraphs, messenger advert, tags, feed of other news."""
    w, b = p.w, p.b
    ps = p.text() + p.text(1)
    insert = f"<div class='b-inject b-inject_type_link'><span class='b-inject__label'>{e(w['related'])}</span><a href='#' class='b-inject__title'>{e(w['teaser'][0])}</a></div>"
    return head(p, f"<meta property='og:site_name' content='{e(b.source)}'><meta property='article:published_time' content='{b.date}T09:00:00+03:00'>") + f"""<body class="b-page"><div class="b-top-banner"><a href="#">{e(w['advert'])}</a></div><div class="b-header"><div class="b-header__logo"><a href="/">{e(b.source)}</a></div><div class="b-header__rubrics">{p.links(w['menu'], "<a class='b-rubric' href='#'>{}</a>")}</div><div class="b-currency">USD 91.20 EUR 98.77</div></div>
<div class="b-layout"><div class="b-topic-layout"><div class="b-topic b-topic_news" itemscope itemtype="http://schema.org/NewsArticle"><div class="b-topic__info"><time class="g-date">{p.o('09:00, ' + b.date)}</time> <a class="b-topic__rubric">{e(w['menu'][2])}</a></div>
<h1 class="b-topic__title" itemprop="headline">{p.t(b.title)}</h1><div class="b-topic__title-image"><img src="d.jpg"><div class="b-label__caption">{p.o(w['photo'])}</div></div>
<div class="b-text clearfix js-topic__text" itemprop="articleBody">{''.join(p.prose(ps[:2]))}{insert}{''.join(p.prose(ps[2:5]))}<div class="b-telegram"><p>{e(w['news'])}: <a href="#">t.me/{e(b.lang)}portal</a></p></div>{''.join(p.prose(ps[5:]))}</div>
<div class="b-topic__tags">{e(w['tags'])}: {', '.join(f"<a href='#'>{e(t)}</a>" for t in w['menu'][1:4])}</div><div class="b-social-share">{p.links(w['share'], "<span class='b-social-share__item'>{}</span>")}</div></div>
<div class="b-comments js-comments"><div class="b-comments__title">{e(w['comments'])} (3)</div>{''.join(f"<div class='b-comment'><div class='b-comment__user'>guest{i}</div><div class='b-comment__text'>{e(c)}</div></div>" for i, c in enumerate(w['comment']))}</div>
<div class="b-feed">{''.join(f"<div class='b-feed__item'><div class='b-feed__title'><a href='#'>{e(t)}</a></div><div class='b-feed__rightcol'>{e(w['teaser_text'])}</div></div>" for t in w['teaser'])}</div></div>
<div class="b-sidebar-sticky"><div class="b-yellow-box"><h3>{e(w['most'])}</h3>{p.links(w['teaser'], "<div class='item'><a href='#'>{}</a></div>")}</div></div></div>
<div class="b-footer"><div class="b-footer__copyright">© {e(b.source)}, 2001–2025. {e(w['copy'])}</div><div>{p.links([w['privacy'], w['terms'], w['menu'][7]], "<a href='#'>{}</a>")}</div></div></body></html>"""


def old(p):
    """A site of 2002: tables in tables, fonts, spacers, line breaks for paragraphs."""
    w, b = p.w, p.b
    ps = p.text() + p.text(1)
    return f"""<HTML><HEAD><TITLE>{e(b.title)}</TITLE><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=utf-8"></HEAD><BODY BGCOLOR="#FFFFFF" TOPMARGIN=0>
<TABLE WIDTH=760 BORDER=0 CELLPADDING=0 ALIGN=center><TR><TD COLSPAN=3 BGCOLOR="#003366"><FONT COLOR=white SIZE=5><B>{e(b.source)}</B></FONT></TD></TR>
<TR BGCOLOR="#CCCCCC"><TD COLSPAN=3><FONT SIZE=1>{' | '.join(f'<A HREF="x.htm">{e(m)}</A>' for m in w['menu'])}</FONT></TD></TR>
<TR VALIGN=top><TD WIDTH=150><FONT SIZE=2><B>{e(w['most'])}</B><BR>{'<BR>'.join(f'• <A HREF="x.htm">{e(t)}</A>' for t in w['teaser'])}<P><B>{e(w['search'])}</B><FORM><INPUT NAME=q><INPUT TYPE=submit></FORM></FONT></TD>
<TD WIDTH=10><IMG SRC="spacer.gif" WIDTH=10></TD><TD><FONT FACE="Arial" SIZE=4><B>{p.t(b.title)}</B></FONT><BR><FONT SIZE=1>{p.o(b.author)}, {p.o(b.date)}</FONT><P><FONT FACE="Arial" SIZE=2>
{'<BR><BR>'.join(p.t(x) for x in ps[:3])}<P>{p.t(ps[3])}
<P><B>{p.t(w['heads'][2])}</B><P>{'<P>'.join(p.t(x) for x in ps[4:])}</FONT>
<P><FONT SIZE=1><A HREF="print.htm">{e(w['share'][-1])}</A> | <A HREF="mail.htm">E-mail</A> | <A HREF="#top">{e(w['top'])}</A></FONT></TD></TR>
<TR><TD COLSPAN=3 ALIGN=center><HR><FONT SIZE=1>© 2002 {e(b.source)}. {e(w['copy'])}</FONT></TD></TR></TABLE></BODY></HTML>"""


def several(p):
    """A review that prints several articles one under the other."""
    w = p.w
    out = []
    for n, b in enumerate(p.briefs[:3]):
        out.append(f"<article class='entry'><h2 class='entry__title'>{p.t(b.title)}</h2><p class='entry__meta'>{p.o(b.author)}, <time>{p.o(b.date)}</time></p>{''.join(p.prose(b.paragraphs))}<p class='entry__tools'><a href='#'>{e(w['comments'])} (2)</a> <a href='#'>{e(w['share'][0])}</a></p></article>")
    return head(p, "", p.b.source) + f"""<body><div class="layout"><div class="topline"><a href="/">{e(p.b.source)}</a><ul>{p.links(w['menu'])}</ul></div><div class="stream">{''.join(out)}<div class="paging"><a href="#">1</a> <a href="#">2</a> <a href="#">3</a> <a href="#">→</a></div></div>
<div class="rail"><h4>{e(w['news'])}</h4><p>{e(w['news_text'])}</p><h4>{e(w['most'])}</h4><ul>{p.links(w['teaser'])}</ul></div><div class="bottom">© {e(p.b.source)} · {e(w['privacy'])} · {e(w['terms'])}</div></div></body></html>"""


def builder(p):
    """A page builder: utility classes, no semantic elements, everything a div."""
    w, b = p.w, p.b
    ps = p.text()
    div = "<div class='mt-4 text-lg leading-8 text-gray-700'>{}</div>"
    return head(p, "", b.title) + f"""<body class="bg-white antialiased"><div id="__next"><div class="sticky top-0 z-50 flex justify-between px-6 py-4"><div class="font-bold"><a href="/">{e(b.source)}</a></div><div class="hidden md:flex gap-6">{p.links(w['menu'], "<div><a href='#' class='hover:underline'>{}</a></div>")}</div><div class="rounded-full bg-black px-4 text-white">{e(w['subscribe'])}</div></div>
<div class="mx-auto max-w-2xl px-6"><div class="text-sm text-gray-500">{e(w['menu'][3])} · {e(w['minutes'])}</div><div role="heading" aria-level="1" class="text-4xl font-bold">{p.t(b.title)}</div><div class="flex items-center gap-3"><img class="h-10 w-10 rounded-full"><div><div class="font-medium">{p.o(b.author)}</div><div class="text-gray-500">{p.o(b.date)}</div></div></div>
<div class="flex gap-4 border-y py-2">{p.links(w['share'][:5], "<div class='cursor-pointer'>{}</div>")}</div>
<div class="prose">{''.join(p.prose(ps[:2], div))}<div class="my-8 border-l-4 pl-4 italic">{p.t(w['quote'])}</div>{''.join(p.prose(ps[2:3], div))}<div class="text-2xl font-semibold mt-10">{p.t(w['heads'][2])}</div>{''.join(p.prose(ps[3:], div))}</div>
<div class="mt-12 rounded-xl bg-gray-100 p-6"><div class="font-bold">{e(w['news'])}</div><div>{e(w['news_text'])}</div><div class="flex"><input class="grow"><div class="bg-black text-white">{e(w['subscribe'])}</div></div></div></div>
<div class="mx-auto grid grid-cols-3 gap-6">{''.join(f"<div class='rounded-lg shadow'><a href='#'><div class='font-semibold'>{e(t)}</div><div class='text-sm'>{e(w['teaser_text'])}</div></a></div>" for t in w['teaser'][:3])}</div>
<div class="fixed bottom-0 inset-x-0 p-4 bg-white shadow"><div>{e(w['cookie'])}</div><div class="flex gap-2"><div class="bg-black text-white">{e(w['accept'])}</div><div>{e(w['settings'])}</div></div></div>
<div class="mt-20 border-t px-6 py-10 text-gray-500"><div class="flex gap-6">{p.links([w['privacy'], w['terms']], "<a href='#'>{}</a>")}</div><div>© 2025 {e(b.source)}</div></div></div></body></html>"""


def magazine(p):
    """A platform for essays: kicker, follow buttons, highlights, figures, recommendations below."""
    w, b = p.w, p.b
    ps = p.text() + p.text(1)
    return head(p, f"<meta name='author' content='{e(b.author)}'><meta property='og:type' content='article'>", f"{b.title} | by {b.author} | {b.source}") + f"""<body><div id="root"><div class="a b c"><div class="d e"><a href="/">Open in app</a><a href="#">Sign up</a><a href="#">Sign in</a></div><article><div class="l"><div class="l"><section><div><div class="fu ca"><div class="ab ca"><div class="ch bg fv"><div><h1 id="5a11" class="pw-post-title">{p.t(b.title)}</h1></div>
<div class="speechify-ignore ab cp"><div class="speechify-ignore bg l"><div class="hq hr"><a href="#">{p.o(b.author)}</a> · <button>Follow</button></div><div class="ab ae"><span>{e(w['minutes'])}</span> · <span>{p.o(b.date)}</span></div><div class="ab cp"><div><p class="be b">412</p></div><div><p class="be b">7</p></div><div>Listen</div><div>{e(w['share'][0])}</div></div></div></div>
{''.join(p.prose(ps[:2], "<p class='pw-post-body-paragraph nf ng'>{}</p>"))}<figure class="ml mm"><picture><img></picture><figcaption class="nb">{p.o(w['photo'])}</figcaption></figure>{''.join(p.prose(ps[2:4], "<p class='pw-post-body-paragraph nf ng'>{}</p>"))}
<h2 class="oa ob">{p.t(w['heads'][1])}</h2>{p.list("<ul class=''>{}</ul>", "<li class='nf ng ol'>{}</li>")}{''.join(p.prose(ps[4:], "<p class='pw-post-body-paragraph nf ng'>{}</p>"))}</div></div></div></div></section></div></div></article>
<div class="bk l"><div class="tags ab"><a href="#">Borders</a><a href="#">Trade</a></div><div class="ab"><button>412</button><button>7</button></div></div><div class="written"><h2>Written by {e(b.author)}</h2><span>1.2K Followers</span><p>{e(b.author)} {e(w['bio'])}</p><button>Follow</button></div>
<div class="more"><h2>More from {e(b.author)}</h2>{''.join(f"<div role='link'><h2>{e(t)}</h2><h3>{e(w['teaser_text'])}</h3><span>Mar 12</span></div>" for t in w['teaser'][:4])}</div><div class="foot"><a>Help</a><a>Status</a><a>Careers</a><a>Privacy</a><a>Terms</a></div></div></div></body></html>"""


def journal(p):
    """A scholarly journal: citation tags, abstract, numbered sections, references, metrics."""
    w, b = p.w, p.b
    ps = p.text() + p.text(1)
    return head(p, f"<meta name='citation_title' content='{e(b.title)}'><meta name='citation_author' content='{e(b.author)}'><meta name='citation_publication_date' content='{b.date}'>") + f"""<body class="pb-ui"><div class="pb-page-content"><header class="header base"><div class="header__nav"><ul>{p.links(['Journals', 'Books', w['login']])}</ul></div></header><nav class="article__breadcrumbs">{p.links([w['menu'][0], 'Vol. 14', 'No. 2'], "<a href='#'>{}</a>")}</nav>
<main><article class="article" data-type="research"><div class="citation"><div class="citation__top"><span>Full Access</span></div><h1 class="citation__title">{p.t(b.title)}</h1><ul class="loa"><li>{p.o(b.author)}</li></ul><div class="epub-section">First published: {p.o(b.date)}</div><div class="epub-section">https://doi.example/10.5555/12345</div></div>
<div class="coolBar"><ul>{p.links(['PDF', 'Tools', 'Request permission', 'Export citation', w['share'][0]])}</ul></div>
<div class="article__body"><section class="article-section article-section__abstract" lang="{b.lang}"><h2 class="article-section__header">Abstract</h2><div class="article-section__content"><p>{p.t(ps[0])}</p></div></section>
<section class="article-section article-section__full"><section class="article-section__content"><h2 class="article-section__title section__title">1 {p.t(w['heads'][0])}</h2>{''.join(p.prose(ps[1:4]))}</section><section class="article-section__content"><h2 class="section__title">2 {p.t(w['heads'][1])}</h2>{''.join(p.prose(ps[4:6]))}<div class="article-table-content"><header class="article-table-caption">{p.o(w['caption'])}</header>{p.table()}</div></section><section class="article-section__content"><h2 class="section__title">3 {p.t(w['heads'][2])}</h2>{''.join(p.prose(ps[6:]))}</section></section>
<section class="article-section article-section__references"><div class="accordion"><div class="accordion__control"><h2>References</h2></div><ul class="rlist">{''.join(f"<li data-bib-id='b{i}'><span class='author'>Vane, R.</span> ({2001 + i}) {e(t)}. <i>Delta Review</i>, {i}(1), 1–20. <a>Google Scholar</a></li>" for i, t in enumerate(w['teaser'][:3], 1))}</ul></div></section></div>
</article><aside class="rightrail"><h3>Recommended</h3><ul>{p.links(w['teaser'])}</ul><h3>Metrics</h3><p>Citations: 4</p></aside></main><footer><p>© 2025 {e(b.source)}</p></footer></div></body></html>"""


def letter(p):
    """A newsletter as it stands in the browser: tables for phones, buttons, unsubscribe line."""
    w, b = p.w, p.b
    row = "<tr><td style='padding:0 24px 16px;font-family:Georgia,serif;font-size:17px;line-height:26px'>{}</td></tr>"
    ps, qs = p.text(), p.text(1)
    return head(p, "", b.source) + f"""<body style="margin:0"><div style="display:none;max-height:0">{e(w['teaser_text'])}</div><table role="presentation" width="100%"><tr><td align="center"><table role="presentation" width="600"><tr><td style="font-size:12px;text-align:right"><a href="#">View in browser</a></td></tr><tr><td><img alt="{e(b.source)}"></td></tr>
<tr><td style="padding:24px"><h1 style="font-size:28px">{p.t(b.title)}</h1></td></tr>{''.join(row.format(p.t(x)) for x in ps)}<tr><td align="center"><table><tr><td style="background:#0a5"><a href="#">{e(w['read'])}</a></td></tr></table></td></tr>
<tr><td style="padding:24px"><h2>{p.t(p.briefs[1].title)}</h2></td></tr>{''.join(row.format(p.t(x)) for x in qs)}
<tr><td><table width="100%"><tr>{''.join(f"<td width='33%'><a href='#'>{e(t)}</a></td>" for t in w['teaser'][:3])}</tr></table></td></tr>
<tr><td style="font-size:11px;color:#999" align="center">{e(w['news_text'])}<br><a href="#">Unsubscribe</a> | <a href="#">{e(w['privacy'])}</a><br>© 2025 {e(b.source)}, 14 Bastion Street, Ostwick</td></tr></table></td></tr></table></body></html>"""


def live(p):
    """An interview: questions in bold, answers under them, a box about the speaker."""
    w, b = p.w, p.b
    ps = p.text() + p.text(1)
    asked = [w["question"], *w["heads"]]
    talk = "".join(f"<p><strong>{p.t(asked[i // 2])}</strong></p><p>{p.t(x)}</p>" if i % 2 == 0 and i // 2 < len(asked) else f"<p>{p.t(x)}</p>" for i, x in enumerate(ps[1:]))
    lead, title = p.t(ps[0]), p.t(b.title)
    return head(p, f"<meta property='og:title' content='{e(b.title)}'>") + f"""<body><div class="page"><div class="page__head"><div class="logo">{e(b.source)}</div><ul class="nav-list">{p.links(w['menu'])}</ul><div class="lang-switch"><a href="#">EN</a> <a href="#">RU</a> <a href="#">DE</a></div></div>
<div class="page__main"><div class="material"><div class="material__rubric">{e(w['menu'][4])}</div><h1 class="material__title">{title}</h1><div class="material__date">{p.o(b.date)}</div><div class="material__lead">{lead}</div><div class="material__share">{p.links(w['share'], "<a>{}</a> ")}</div>
<div class="material__body">{talk}</div><div class="material__about"><img><p>{e(b.author)} {e(w['bio'])}</p></div><div class="material__disclaimer">{e(w['views'])}</div></div><div class="subscribe-block"><p>{e(w['news'])}</p><p>{e(w['news_text'])}</p></div>
<div class="read-also"><h3>{e(w['related'])}</h3>{''.join(f"<div class='card'><a href='#'>{e(t)}</a><p>{e(w['teaser_text'])}</p></div>" for t in w['teaser'][:3])}</div></div><div class="page__foot"><p>{e(w['copy'])}</p><p><a href="#">{e(w['privacy'])}</a> <a href="#">{e(w['terms'])}</a></p></div></div></body></html>"""


LAYOUTS = [(newspaper, "en", "fr"), (blog, "en", "uk"), (think_tank, "de", "en"), (wiki, "fr", "ru"), (answers, "en", "de"), (forum, "ru", "uk"), (government, "en", "fr"),
           (portal, "ru", "uk"), (old, "ru", "de"), (several, "en", "ru"), (builder, "en", "ru"), (magazine, "fr", "en"), (journal, "de", "en"), (letter, "en", "ru"), (live, "uk", "de")]


def main():
    PAGES.mkdir(exist_ok=True)
    by_language = {}
    for path in sorted((DATA / "briefs").glob("*/*.md")):
        brief = Brief(path)
        by_language.setdefault(brief.lang, []).append(brief)
    used = dict.fromkeys(by_language, 0)
    expected = {}
    for layout, *languages in LAYOUTS:
        for language in languages:
            pool = by_language[language]
            chosen = [pool[(used[language] + i) % len(pool)] for i in range(3)]
            used[language] += 3 if layout is several else 2
            page = Page(chosen, WORDS[language])
            name = f"{layout.__name__.replace('_', '-')}-{language}.html"
            (PAGES / name).write_text(layout(page), "utf-8")
            expected[name] = {"language": language, "text": page.gold, "optional": page.optional}
    (DATA / "pages.expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", "utf-8")


main()
