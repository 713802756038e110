//! The statistics themselves, small: `visavis bench quality` runs the same at length.

use visavis_compare::{
    CompareOptions,
    check::{Design, differs},
};
use visavis_records::Language;

fn options() -> CompareOptions {
    CompareOptions {
        permutations: 499,
        ..CompareOptions::default()
    }
}

/// At most 5 % and its binomial error over 200 splits.
const MOST: usize = 17;

#[test]
fn no_difference_is_found_where_only_the_language_differs() {
    for language_shift in [0.0, 1.0, 2.0] {
        let rate = differs(
            &Design {
                language_shift,
                ..Design::default()
            },
            200,
            1,
            &options(),
        );
        assert!(
            rate.n == 200 && rate.hits <= MOST,
            "shift {language_shift}: {rate:?}"
        );
    }
    let subject = Design {
        subject_shift: 0.4,
        ..Design::default()
    };
    let rate = differs(&subject, 200, 2, &options());
    assert!(
        rate.hits <= MOST,
        "displacement that depends on the subject: {rate:?}"
    );
}

#[test]
fn no_difference_is_found_in_unequal_groups_with_unequal_passages() {
    for (documents, passages, passage_spread) in [
        ([50, 5], [4, 4], [1.0, 1.0]),
        ([60, 6], [6, 1], [1.0, 1.5]),
        ([6, 60], [6, 1], [1.0, 1.5]),
    ] {
        let design = Design {
            documents,
            passages,
            passage_spread,
            ..Design::default()
        };
        let rate = differs(&design, 200, 3, &options());
        assert!(rate.hits <= MOST, "{design:?}: {rate:?}");
    }
}

#[test]
fn groups_that_share_their_languages_have_their_own_floor() {
    let one = Design {
        languages: [Language::EN, Language::EN],
        language_shift: 0.0,
        ..Design::default()
    };
    let mixed = Design {
        mixed: true,
        subject_shift: 0.3,
        ..Design::default()
    };
    for design in [one, mixed] {
        let rate = differs(&design, 200, 4, &options());
        assert!(rate.hits <= MOST, "{design:?}: {rate:?}");
    }
}

#[test]
fn a_difference_of_one_standard_deviation_is_found() {
    for documents in [[20, 20], [50, 5]] {
        let design = Design {
            framing_shift: 1.0,
            documents,
            ..Design::default()
        };
        let rate = differs(&design, 50, 5, &options());
        assert!(rate.low >= 0.8, "{documents:?}: {rate:?}");
    }
}
