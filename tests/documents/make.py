"""Makes the documents of this folder with other people's programs, so that the readers are not tested against
themselves. They are committed: run this only to change them.

    pip install python-docx==1.2.0 python-pptx==1.0.2 openpyxl==3.1.5 odfpy==1.4.1 EbookLib==0.20
    python make.py
"""

import datetime
import pathlib

import docx
import openpyxl
import pptx
from ebooklib import epub
from odf import dc, draw, opendocument, style, table, text
from odf.namespaces import PRESENTATIONNS

HERE = pathlib.Path(__file__).parent
WHEN = datetime.datetime(2026, 11, 1, 12, 0)

TITLE = "Pump care"
OIL = "The pump must be oiled every spring."
WARRANTY = "The warranty of the pump lasts three years."
STEPS = ["Close the valve.", "Open the lid.", "Pour in the oil."]
PARTS = [("Part", "Price", "Stock"), ("Seal", "4 €", "120"), ("Rotor", "35 €", "7")]


def word():
    document = docx.Document()
    document.core_properties.title = TITLE
    document.core_properties.created = WHEN
    document.add_heading("Maintenance", 1)
    paragraph = document.add_paragraph("The pump must be ")
    paragraph.add_run("oiled").bold = True
    paragraph.add_run(" every spring.")
    for step in STEPS:
        document.add_paragraph(step, style="List Number")
    document.add_heading("Warranty", 2)
    document.add_paragraph(WARRANTY)
    document.add_paragraph("Keep the receipt.", style="List Bullet")
    grid = document.add_table(rows=0, cols=3)
    for row in PARTS:
        cells = grid.add_row().cells
        for cell, value in zip(cells, row):
            cell.text = value
    hidden = document.add_paragraph().add_run("Nobody sees this.")
    hidden.font.hidden = True
    document.sections[0].header.paragraphs[0].text = "Header of every page"
    document.save(HERE / "care.docx")


def presentation():
    show = pptx.Presentation()
    show.core_properties.title = TITLE
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = "Maintenance"
    body = slide.placeholders[1].text_frame
    body.text = OIL
    body.add_paragraph().text = "Use light oil only."
    body.paragraphs[1].level = 1
    slide.notes_slide.notes_text_frame.text = "Ask who has oiled theirs."
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "Spare parts"
    inch = pptx.util.Inches
    grid = slide.shapes.add_table(3, 3, inch(1), inch(2), inch(6), inch(2)).table
    for n, row in enumerate(PARTS):
        for m, value in enumerate(row):
            grid.cell(n, m).text = value
    box = slide.shapes.add_textbox(inch(1), inch(5), inch(6), inch(1))
    box.text_frame.text = WARRANTY
    show.save(HERE / "care.pptx")


def workbook():
    book = openpyxl.Workbook()
    book.properties.title = TITLE
    book.properties.created = WHEN
    sheet = book.active
    sheet.title = "Spare parts"
    sheet.append(["Part", "Price", "Stock", "Since", "Opens"])
    sheet.append(["Seal", 4.5, 120, datetime.date(2026, 3, 1), datetime.time(9, 30)])
    sheet.append(["Rotor", 35, "=3+4", datetime.datetime(2026, 3, 1, 8, 15), None])
    service = book.create_sheet("Service")
    service.append(["Task", "How often"])
    service.append(["Oil the pump", "every spring"])
    book.create_sheet("Secret").sheet_state = "hidden"
    book["Secret"].append(["Nobody sees this."])
    book.save(HERE / "care.xlsx")


def rows_of(rows):
    grid = table.Table(name="Spare parts")
    grid.addElement(table.TableColumn(numbercolumnsrepeated=len(rows[0])))
    for values in rows:
        row = table.TableRow()
        for value in values:
            cell = table.TableCell(valuetype="string")
            cell.addElement(text.P(text=value))
            row.addElement(cell)
        grid.addElement(row)
    return grid


def open_text():
    document = opendocument.OpenDocumentText()
    document.meta.addElement(dc.Title(text=TITLE))
    document.text.addElement(text.H(outlinelevel=1, text="Maintenance"))
    document.text.addElement(text.P(text=OIL))
    steps = text.List()
    for step in STEPS:
        item = text.ListItem()
        item.addElement(text.P(text=step))
        steps.addElement(item)
    document.text.addElement(steps)
    document.text.addElement(text.H(outlinelevel=2, text="Warranty"))
    document.text.addElement(text.P(text=WARRANTY))
    document.text.addElement(rows_of(PARTS))
    document.save(str(HERE / "care.odt"))


def open_spreadsheet():
    document = opendocument.OpenDocumentSpreadsheet()
    document.spreadsheet.addElement(rows_of(PARTS))
    service = rows_of([("Task", "How often"), ("Oil the pump", "every spring")])
    service.setAttribute("name", "Service")
    document.spreadsheet.addElement(service)
    document.save(str(HERE / "care.ods"))


def open_presentation():
    document = opendocument.OpenDocumentPresentation()
    layout = style.PageLayout(name="Layout")
    document.automaticstyles.addElement(layout)
    master = style.MasterPage(name="Master", pagelayoutname=layout)
    document.masterstyles.addElement(master)
    for name, words in [("Maintenance", OIL), ("Warranty", WARRANTY)]:
        page = draw.Page(masterpagename=master, name=name)
        frame = draw.Frame(width="600pt", height="300pt", x="40pt", y="40pt")
        frame.setAttrNS(PRESENTATIONNS, "class", "outline")
        box = draw.TextBox()
        box.addElement(text.P(text=words))
        frame.addElement(box)
        page.addElement(frame)
        document.presentation.addElement(page)
    document.save(str(HERE / "care.odp"))


def book():
    volume = epub.EpubBook()
    volume.set_identifier("pump-care")
    volume.set_title(TITLE)
    volume.set_language("en")
    chapters = []
    for n, (heading, words) in enumerate([("Maintenance", OIL), ("Warranty", WARRANTY)]):
        chapter = epub.EpubHtml(title=heading, file_name=f"chapter {n}.xhtml", lang="en")
        chapter.content = f"<h1>{heading}</h1><p>{words}</p>"
        volume.add_item(chapter)
        chapters.append(chapter)
    volume.toc = chapters
    volume.add_item(epub.EpubNcx())
    volume.add_item(epub.EpubNav())
    volume.spine = ["nav", *chapters]
    epub.write_epub(str(HERE / "care.epub"), volume)


def plain():
    rows = ["Task;How often;Hours", "Oil the pump;every spring;1,5", "Change the seal;every third year;4"]
    (HERE / "care.csv").write_text("\r\n".join(rows) + "\r\n", encoding="utf-8-sig")
    (HERE / "care.json").write_text(
        '{"title": "Pump care", "tasks": [{"task": "Oil the pump", "how_often": "every spring"},\n'
        ' {"task": "Change the seal", "how_often": "every third year"}]}\n'
    )
    (HERE / "care.md").write_text(f"# {TITLE}\n\n{OIL}\n\n## Warranty\n\n{WARRANTY}\n")


if __name__ == "__main__":
    for make in (word, presentation, workbook, open_text, open_spreadsheet, open_presentation, book, plain):
        make()
