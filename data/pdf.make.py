"""Makes the PDFs of data/pdf: briefs of data/briefs as reports of several pages, by four programs that write PDF.

    pip install reportlab==5.1.0 fpdf2==2.8.9 weasyprint==70.0 pymupdf==2.0 pikepdf==10.18.0 pyphen
    python data/pdf.make.py

Needs the fonts DejaVu Serif and DejaVu Sans; subsets of them are embedded. What a reader should see is in
pdf.expected.json, which this script writes too.
"""

import io
import json
import pathlib

import pymupdf as fitz
import pikepdf
import weasyprint
from fpdf import FPDF
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph, SimpleDocTemplate

DATA = pathlib.Path(__file__).parent
OUT = DATA / "pdf"
FONTS = pathlib.Path("/usr/share/fonts/truetype/dejavu")


def briefs(folder, names):
    """(title, paragraphs) of some briefs."""
    out = []
    for name in names:
        _, head, body = (DATA / "briefs" / folder / f"{name}.md").read_text("utf-8").split("---\n", 2)
        title = next(l for l in head.splitlines() if l.startswith("title:"))[6:].strip().strip('"')
        paragraphs = [p.replace("\n", " ").strip() for p in body.strip().split("\n\n")]
        out.append((title, [p.lstrip("# ").strip() for p in paragraphs if p.strip()]))
    return out


def html(chapters):
    return "".join(f"<h2>{t}</h2>" + "".join(f"<p>{p}</p>" for p in ps) for t, ps in chapters)


def by_reportlab(path, title, header, chapters):
    """Standard fonts that are not embedded, justified and hyphenated; header and `- 3 -` at the foot."""
    text = ParagraphStyle("text", fontName="Times-Roman", fontSize=10, leading=13, alignment=TA_JUSTIFY, spaceAfter=6,
                          hyphenationLang="en_GB", firstLineIndent=10)
    head = ParagraphStyle("head", fontName="Helvetica-Bold", fontSize=13, leading=17, spaceBefore=10, spaceAfter=6)

    def page(canvas, doc):
        canvas.setFont("Helvetica", 8)
        canvas.drawString(50, A5[1] - 30, header)
        canvas.drawCentredString(A5[0] / 2, 25, f"- {doc.page} -")

    flow = []
    for name, paragraphs in chapters:
        flow += [Paragraph(name, head)] + [Paragraph(p, text) for p in paragraphs]
    document = SimpleDocTemplate(str(path), pagesize=A5, title=title, author="Belmara Policy Society", invariant=1)
    document.build(flow, onFirstPage=page, onLaterPages=page)


def by_weasyprint(path, language, title, header, footer, chapters, columns):
    """Embedded subsets, hyphens of the dictionary, header and `footer 3 / 7` in the margins; one or two columns."""
    style = f"""@page {{ size: {"A4" if columns > 1 else "A5"}; margin: 2cm;
        @top-right {{ content: "{header}"; font: 8pt DejaVu Sans; }}
        @bottom-center {{ content: "{footer} " counter(page) " / " counter(pages); font: 8pt DejaVu Sans; }} }}
        body {{ font: 10pt/1.35 DejaVu Serif; hyphens: auto; text-align: justify; columns: {columns}; }}
        h2 {{ font: bold 13pt DejaVu Sans; text-align: left; }} p {{ margin: 0 0 0.7em; }}"""
    page = f'<html lang="{language}"><head><title>{title}</title><style>{style}</style></head><body>{html(chapters)}'
    weasyprint.HTML(string=page).write_pdf(path)


def by_fpdf(path, title, header, chapters):
    """Embedded subset, ragged right, no space between paragraphs but an indent; bare page numbers at the top."""

    class Report(FPDF):
        def header(self):
            self.set_font("serif", size=8)
            self.cell(0, 8, f"{self.page_no()}", align="R", new_x="LMARGIN", new_y="NEXT")

        def footer(self):
            self.set_y(-12)
            self.set_font("serif", size=8)
            self.cell(0, 8, header)

    pdf = Report(format="A5")
    pdf.set_title(title)
    pdf.add_font("serif", "", str(FONTS / "DejaVuSerif.ttf"))
    pdf.add_font("serif", "B", str(FONTS / "DejaVuSerif-Bold.ttf"))
    pdf.add_page()
    for name, paragraphs in chapters:
        pdf.set_font("serif", "B", 12)
        pdf.multi_cell(0, 9, name, align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("serif", "", 9.5)
        for p in paragraphs:
            pdf.multi_cell(0, 5, "     " + p, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(path))


def by_mupdf(path, header, chapters):
    """Pages laid out by another engine, without any header of its own; a running line is drawn over them."""
    buffer = io.BytesIO()
    css = "p {text-align: left; font-size: 10pt; margin: 0 0 7pt 0} h2 {font-size: 13pt}"
    story = fitz.Story(html(chapters), user_css=css)
    writer = fitz.DocumentWriter(buffer)
    box, more = fitz.paper_rect("a5"), 1
    while more:
        device = writer.begin_page(box)
        more, _ = story.place(box + (45, 50, -45, -50))
        story.draw(device)
        writer.end_page()
    writer.close()
    document = fitz.open("pdf", buffer.getvalue())
    for number, page in enumerate(document, 1):
        font = fitz.Font(fontfile=str(FONTS / "DejaVuSans.ttf"))
        pen = fitz.TextWriter(page.rect)
        pen.append((45, 30), f"{header} | {number}", font=font, fontsize=8)
        pen.write_text(page)
    document.subset_fonts()
    document.save(path, garbage=4, deflate=True)


def main():
    OUT.mkdir(exist_ok=True)
    expected = {}

    def made(name, chapters, title, furniture):
        paragraphs = [p for t, ps in chapters for p in [t, *ps]]
        expected[name] = {"title": title, "paragraphs": paragraphs, "removed": furniture}

    en = briefs("belmara-society", ["four-people-and-a-coffee-machine", "last-bell", "three-ballots", "helicopters-yes-and-fuel"])
    by_reportlab(OUT / "annual-report.pdf", "Annual report", "Belmara Policy Society - Annual report", en)
    made("annual-report.pdf", en, "Annual report", ["Belmara Policy Society - Annual report", "- 2 -"])

    ru = briefs("beregovoy-klub", ["chay-u-starosty", "chisla-bez-proverki", "dyry-pro-zapas", "klyuchi-ot-doma"])
    by_weasyprint(OUT / "sbornik.pdf", "ru", "Сборник докладов", "Береговой клуб. Сборник докладов", "стр.", ru, 1)
    made("sbornik.pdf", ru, "Сборник докладов", ["Береговой клуб. Сборник докладов", "стр. 2 / 5"])

    de = briefs("brennau-institut", ["das-rote-telefon-der-techniker", "der-kabeljau-zieht-um", "die-liste-der-erklaerten",
                                     "gleiter-zaehlen", "pass-ohne-reise", "rechnung-des-preisdeckels"])
    by_weasyprint(OUT / "zwei-spalten.pdf", "de", "Jahresheft", "Brennau-Institut | Jahresheft", "Seite", de, 2)
    made("zwei-spalten.pdf", de, "Jahresheft", ["Brennau-Institut | Jahresheft"])

    fm = briefs("forum-meridian", ["insulin-cherez-tri-granitsy", "kto-eto-sdelal", "obshchiy-kurs", "predel-skorosti"])
    by_fpdf(OUT / "forum.pdf", "Форум: доклады", "Форум «Меридиан», 2025", fm)
    made("forum.pdf", fm, "Форум: доклады", ["Форум «Меридиан», 2025"])

    fr = sorted(p.stem for p in (DATA / "briefs" / "valclair-etudes").glob("*.md"))[:3]
    fr = briefs("valclair-etudes", fr)
    by_mupdf(OUT / "cahier.pdf", "Cahiers de Valclair", fr)
    made("cahier.pdf", fr, None, ["Cahiers de Valclair | 2"])

    with pikepdf.open(OUT / "annual-report.pdf") as pdf:
        del pdf.pages[1:]
        pdf.save(OUT / "encrypted.pdf", encryption=pikepdf.Encryption(user="secret", owner="owner"), deterministic_id=False)
        pdf.save(OUT / "no-printing.pdf", encryption=pikepdf.Encryption(user="", owner="owner"))
    blank = fitz.open()
    page = blank.new_page(width=100, height=100)
    page.insert_image(page.rect, pixmap=fitz.Pixmap(fitz.csGRAY, fitz.IRect(0, 0, 8, 8)))
    blank.save(OUT / "scan.pdf", garbage=4, deflate=True)

    (DATA / "pdf.expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", "utf-8")


main()
