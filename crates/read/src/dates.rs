//! Dates as people write them, in the design's languages: "24 мая 2018 г.", "May 4, 2018", "4. Mai 2018".
//!
//! Knows the Gregorian calendar only. A date such as 04/05/2018, which Britons and Americans read differently, is no
//! date here.

use visavis_records::Date;

/// Forms of the months' names, January to December; several forms of one are divided by `|`.
#[rustfmt::skip]
const MONTHS: &[[&str; 12]] = &[
    ["january|jan", "february|feb", "march|mar", "april|apr", "may", "june|jun", "july|jul", "august|aug", "september|sep|sept", "october|oct", "november|nov", "december|dec"],
    ["января|январь|янв", "февраля|февраль|фев|февр", "марта|март|мар", "апреля|апрель|апр", "мая|май", "июня|июнь|июн", "июля|июль|июл", "августа|август|авг", "сентября|сентябрь|сен|сент", "октября|октябрь|окт", "ноября|ноябрь|ноя|нояб", "декабря|декабрь|дек"],
    ["січня|січень|січ", "лютого|лютий|лют", "березня|березень|бер", "квітня|квітень|кві|квіт", "травня|травень|тра|трав", "червня|червень|чер|черв", "липня|липень|лип", "серпня|серпень|сер|серп", "вересня|вересень|вер", "жовтня|жовтень|жов|жовт", "листопада|листопад|лис|лист", "грудня|грудень|гру|груд"],
    ["januar|jänner|jän", "februar|feber", "märz|mär|mrz", "april", "mai", "juni", "juli", "august", "september", "oktober|okt", "november", "dezember|dez"],
    ["janvier|janv", "février|févr|fév", "mars", "avril|avr", "mai", "juin", "juillet|juil", "août|aoû", "septembre", "octobre", "novembre", "décembre|déc"],
    ["enero|ene", "febrero", "marzo", "abril|abr", "mayo", "junio", "julio", "agosto|ago", "septiembre|setiembre", "octubre", "noviembre", "diciembre|dic"],
    ["gennaio|gen", "febbraio|febbr", "marzo", "aprile", "maggio|mag", "giugno|giu", "luglio|lug", "agosto", "settembre|set|sett", "ottobre|ott", "novembre", "dicembre"],
    ["janeiro", "fevereiro|fev", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro|out", "novembro", "dezembro"],
    ["stycznia|styczeń|sty", "lutego|luty|lut", "marca|marzec", "kwietnia|kwiecień|kwi", "maja|maj", "czerwca|czerwiec|cze", "lipca|lipiec|lip", "sierpnia|sierpień|sie", "września|wrzesień|wrz", "października|październik|paź", "listopada|listopad|lis", "grudnia|grudzień|gru"],
    ["ledna|leden|led", "února|únor|úno", "března|březen|bře", "dubna|duben|dub", "května|květen|kvě", "června|červen|čvn", "července|červenec|čvc", "srpna|srpen|srp", "září|zář", "října|říjen|říj", "listopadu|listopad", "prosince|prosinec|pro"],
    ["януари|ян", "февруари", "март", "април", "май", "юни", "юли", "август", "септември|септ", "октомври", "ноември", "декември"],
    ["ianuarie|ian", "februarie", "martie", "aprilie", "mai", "iunie|iun", "iulie|iul", "august", "septembrie", "octombrie", "noiembrie|noi", "decembrie"],
    ["januari", "februari", "maart|mrt", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"],
    ["ocak|oca", "şubat|şub", "mart", "nisan|nis", "mayıs", "haziran|haz", "temmuz|tem", "ağustos|ağu", "eylül|eyl", "ekim|eki", "kasım|kas", "aralık|ara"],
    ["يناير|كانون الثاني", "فبراير|شباط", "مارس|آذار", "أبريل|ابريل|نيسان", "مايو|أيار", "يونيو|حزيران", "يوليو|تموز", "أغسطس|آب", "سبتمبر|أيلول", "أكتوبر", "نوفمبر", "ديسمبر"],
    ["ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن", "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر"],
    ["जनवरी", "फरवरी|फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर|सितम्बर", "अक्टूबर|अक्तूबर", "नवंबर|नवम्बर", "दिसंबर|दिसम्बर"],
    ["januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus|agu", "september", "oktober", "november", "desember|des"],
    ["იანვარი|იანვარს|იანვრის", "თებერვალი|თებერვალს|თებერვლის", "მარტი|მარტს|მარტის", "აპრილი|აპრილს|აპრილის", "მაისი|მაისს|მაისის", "ივნისი|ივნისს|ივნისის", "ივლისი|ივლისს|ივლისის", "აგვისტო|აგვისტოს", "სექტემბერი|სექტემბერს|სექტემბრის", "ოქტომბერი|ოქტომბერს|ოქტომბრის", "ნოემბერი|ნოემბერს|ნოემბრის", "დეკემბერი|დეკემბერს|დეკემბრის"],
];

/// A piece of a text that may be part of a date.
#[derive(Debug, PartialEq)]
enum Piece {
    Number {
        value: u32,
        digits: usize,
    },
    Month(u32),
    /// A character, or a word that is no month (its first letter).
    Other(char),
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let same = |f: fn(char) -> bool| rest.find(|c| !f(c)).unwrap_or(rest.len());
        let n = if c.is_numeric() {
            let n = same(char::is_numeric);
            let digits: Option<Vec<u32>> = rest[..n].chars().map(digit).collect();
            match digits {
                Some(d) if d.len() <= 8 => {
                    out.push(Piece::Number {
                        value: d.iter().fold(0, |v, d| v * 10 + d),
                        digits: d.len(),
                    });
                }
                _ => out.push(Piece::Other('0')),
            }
            n
        } else if matches!(c, '年' | '月' | '日' | '년' | '월' | '일') {
            out.push(Piece::Other(c));
            c.len_utf8()
        } else if is_word(c) {
            let n = same(is_word);
            let word = rest[..n].to_lowercase();
            out.push(month(&word).map_or(Piece::Other(c), Piece::Month));
            n
        } else {
            let shortened = c == '.' && matches!(out.last(), Some(Piece::Month(_)));
            if !c.is_whitespace() && !shortened {
                out.push(Piece::Other(c));
            }
            c.len_utf8()
        };
        rest = &rest[n..];
    }
    out
}

/// Letters with their marks, which in Hindi are part of the word.
fn is_word(c: char) -> bool {
    c.is_alphabetic() && !matches!(c, '年' | '月' | '日' | '년' | '월' | '일')
        || matches!(c, '\u{900}'..='\u{97f}' | '\u{300}'..='\u{36f}')
}

/// A decimal digit of Latin, Arabic, Persian or Devanagari script.
fn digit(c: char) -> Option<u32> {
    c.to_digit(10).or_else(|| {
        let zero = [0x660, 0x6f0, 0x966]
            .into_iter()
            .find(|z| (*z..z + 10).contains(&(c as u32)))?;
        Some(c as u32 - zero)
    })
}

fn month(word: &str) -> Option<u32> {
    let names = |names: &[&str; 12]| {
        names
            .iter()
            .position(|n| n.split('|').any(|form| form == word))
    };
    MONTHS.iter().find_map(names).map(|m| m as u32 + 1)
}

/// A metadata value as a date: a whole day, or the first of a month.
pub(crate) fn parse(value: &str) -> Option<Date> {
    value.parse().ok().or_else(|| find(value))
}

/// The first day that a text names. Only for bylines and metadata: prose names many days.
pub(crate) fn find(text: &str) -> Option<Date> {
    let pieces = pieces(text);
    (0..pieces.len()).find_map(|at| at_start(&pieces[at..]))
}

fn at_start(pieces: &[Piece]) -> Option<Date> {
    use Piece::{Month, Number, Other};
    let day = |p: &Piece| match *p {
        Number {
            value: d @ 1..=31,
            digits: 1..=2,
        } => Some(d),
        _ => None,
    };
    let year = |p: &Piece| match *p {
        Number {
            value: y @ 1800..=2199,
            digits: 4,
        } => Some(y as i32),
        _ => None,
    };
    match pieces {
        // 2018-05-24 and 2018年5月24日
        [
            y,
            Other('-' | '/' | '.' | '年' | '년'),
            m,
            Other('-' | '/' | '.' | '月' | '월'),
            d,
            ..,
        ] if year(y).is_some() && day(m).is_some() && day(d).is_some() => {
            Date::from_ymd(year(y)?, day(m)?, day(d)?)
        }
        // 20180524
        [Number { value, digits: 8 }, ..] => {
            let (y, m, d) = (value / 10_000, value / 100 % 100, value % 100);
            (1800..2200)
                .contains(&y)
                .then(|| Date::from_ymd(y as i32, m, d))?
        }
        // 24.05.2018; 24/05/2018 where it can only be one day
        [d, Other(mark @ ('.' | '/' | '-')), m, Other(second), y, ..]
            if mark == second && year(y).is_some() =>
        {
            let (a, b) = (day(d)?, day(m)?);
            match (mark, a, b) {
                ('/', 13.., 1..=12) | ('.' | '-', _, 1..=12) => Date::from_ymd(year(y)?, b, a),
                ('/', 1..=12, 13..) => Date::from_ymd(year(y)?, a, b),
                ('/', _, _) if a == b => Date::from_ymd(year(y)?, a, b),
                _ => None,
            }
        }
        // May 4, 2018; May 4th 2018
        [Month(m), d, rest @ ..] if day(d).is_some() => {
            Date::from_ymd(after(rest, 2).find_map(year)?, *m, day(d)?)
        }
        // ngày 4 tháng 5 năm 2018
        [d, Other('t'), m, Other('n'), y, ..] if year(y).is_some() => {
            Date::from_ymd(year(y)?, day(m)?, day(d)?)
        }
        // 24 мая 2018 г.; 4. Mai 2018; 4 de mayo de 2018; 1er mai 2018
        [d, rest @ ..] if day(d).is_some() => {
            let at = after(rest, 2).position(|p| matches!(p, Month(_)))?;
            let Month(m) = rest[at] else { return None };
            let y = after(&rest[at + 1..], 2).find_map(year)?;
            Date::from_ymd(y, m, day(d)?)
        }
        _ => None,
    }
}

/// The next pieces, over at most `others` that are neither number nor month.
fn after(pieces: &[Piece], others: usize) -> impl Iterator<Item = &Piece> {
    let stop = pieces
        .iter()
        .position(|p| !matches!(p, Piece::Other(_)))
        .filter(|&s| s <= others);
    pieces[..stop.map_or(0, |s| s + 1)].iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_many_languages_are_read() {
        for (text, expected) in [
            ("2018-05-24T10:00:00+03:00", "2018-05-24"),
            ("Thu, 24 May 2018 10:00:00 GMT", "2018-05-24"),
            ("May 4, 2018", "2018-05-04"),
            ("Published: Sept. 4th, 2018", "2018-09-04"),
            ("24 мая 2018 г.", "2018-05-24"),
            ("Виктория Нестерова, 18 октября 2018 г.", "2018-10-18"),
            ("4. Mai 2018", "2018-05-04"),
            ("den 4. März 2018", "2018-03-04"),
            ("1er août 2018", "2018-08-01"),
            ("4 de mayo de 2018", "2018-05-04"),
            ("4 de março de 2018", "2018-03-04"),
            ("4 maggio 2018", "2018-05-04"),
            ("4 maja 2018 r.", "2018-05-04"),
            ("4. května 2018", "2018-05-04"),
            ("4 травня 2018 року", "2018-05-04"),
            ("4 май 2018 г.", "2018-05-04"),
            ("4 mai 2018", "2018-05-04"),
            ("4 mei 2018", "2018-05-04"),
            ("4 Mayıs 2018", "2018-05-04"),
            ("4 मई 2018", "2018-05-04"),
            ("٤ مايو ٢٠١٨", "2018-05-04"),
            ("4 მაისი 2018", "2018-05-04"),
            ("2018年5月4日", "2018-05-04"),
            ("2018년 5월 4일", "2018-05-04"),
            ("24.05.2018, 10:30", "2018-05-24"),
            ("24/05/2018", "2018-05-24"),
            ("05/24/2018", "2018-05-24"),
            ("20180524", "2018-05-24"),
            ("ngày 4 tháng 5 năm 2018", "2018-05-04"),
        ] {
            assert_eq!(
                parse(text).map(|d| d.to_string()).as_deref(),
                Some(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_single_day_is_no_date() {
        for text in [
            "04/05/2018",
            "spring 2018",
            "31 February 2018",
            "the 4th of many",
            "1992",
            "12 people in 2018",
            "",
            "May",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
