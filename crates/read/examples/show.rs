fn main() {
    let p: Vec<std::path::PathBuf> = std::env::args().skip(1).map(Into::into).collect();
    let r = visavis_read::read(&p, &Default::default(), &|_, _| ()).unwrap();
    for d in &r.documents {
        println!(
            "=== {} #{} {:?} {:?} {:?} {:?}\n{}",
            d.path, d.part, d.title, d.author, d.date, d.meta, d.text
        );
        for x in &d.removed {
            println!("  - {}: {}", x.reason, x.text.replace('\n', " / "));
        }
    }
    for x in &r.rejected {
        println!("{x:?}");
    }
}
