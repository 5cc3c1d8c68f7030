"""What PDF/A-3a and PDF/UA-1 ask of a file, as far as it can be read in its structure.

No validator for them comes from the package index without a Java machine, so the clauses that a page made of HTML
could break are checked here, object by object. ISO 19005-3, level A, of the copy to keep: 6.1.2 and 6.1.3 header,
trailer with ID, no encryption; 6.2.2 to 6.2.4 output intent with an RGB profile and no other colours; 6.2.5 and 6.2.10
graphic states and blend modes; 6.2.8 and 6.2.9 images and forms; 6.2.11 fonts embedded, with their letters; 6.3
annotations; 6.4 and 6.9 no forms, no layers; 6.5 actions; 6.6 metadata that say what it is and the same as the
document's information; 6.7 tags; 6.8 the file inside. ISO 14289-1 of both copies: 7.1 tagged or an artifact, title,
language; 7.2 and 7.4 headings; 7.3 figures (in test_the_pdf.py); 7.5 tables; 7.18 links. What asks for a person, such
as whether an alternative text is a good one, is not. The copy to keep claims PDF/A alone: it is tagged as the other is.
"""

import hashlib
import itertools
import re
from xml.etree import ElementTree

import pytest
from django.conf import settings
from pypdf.generic import ContentStream

from fasttrack_portal.documents import operations as documents
from reports import printing
from reports.operations import for_work
from tests.reports.scene import trouble
from tests.reports.test_the_pdf import elements, frozen, printed, read, tree

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

STANDARD = {
    *("Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "TOC", "TOCI", "Index", "NonStruct", "P"),
    *("H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "THead", "TBody"),
    *("TFoot", "Span", "Quote", "Note", "Reference", "Code", "Link", "Annot", "Figure", "Formula", "Form"),
}
COLOURS_OF_PRINTERS = {b"k", b"K"}


@pytest.fixture(scope="module")
def copies(stage, made):
    """A final report with every part, to read and to keep."""
    trouble(made.done, stage.lead)
    report = frozen("final", made.done, stage.lead)
    records = documents.read(report.records)
    return report, records, printed(report, records)


@pytest.fixture
def kept(copies):
    return read(copies[2][1])


@pytest.fixture(params=[0, 1], ids=["to read", "to keep"])
def either(request, copies):
    return read(copies[2][request.param])


@pytest.fixture(scope="module")
def engagement(stage, made):
    (content,) = printed(frozen("engagement", made.engagement, stage.lead))
    return content


def catalog(reader):
    return reader.trailer["/Root"]


def everything(reader):
    """Every object of the file."""
    for number in range(1, reader.trailer["/Size"]):
        found = reader.get_object(number)
        if found is not None:
            yield found


def dictionaries(reader):
    return [found for found in everything(reader) if hasattr(found, "keys")]


def of(reader, name):
    """What the resources of all pages and forms hold under a name."""
    held = [page["/Resources"] for page in reader.pages]
    held += [
        each["/Resources"] for each in dictionaries(reader) if each.get("/Subtype") == "/Form" and "/Resources" in each
    ]
    return [value.get_object() for resources in held for value in resources.get(name, {}).values()]


def xmp(reader):
    """The words of the metadata by their name, attributes and elements alike."""
    told = {}
    for element in ElementTree.fromstring(catalog(reader)["/Metadata"].get_object().get_data()).iter():
        words = "".join(element.itertext()).strip()
        told.setdefault(element.tag.rpartition("}")[2], words)
        told |= {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
    return told


# --- To keep: ISO 19005-3 -------------------------------------------------------------------------------------------
def test_header_trailer_and_nothing_locked(copies, kept):
    content = copies[2][1]
    assert re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", content)
    assert content.rstrip().endswith(b"%%EOF")
    assert len(kept.trailer["/ID"]) == 2
    assert "/Encrypt" not in kept.trailer
    assert not {"/OCProperties", "/AcroForm", "/AA", "/OpenAction", "/Requirements", "/Collection"} & set(catalog(kept))
    assert set(catalog(kept)["/Names"]) <= {"/EmbeddedFiles", "/Dests"}, "no scripts"


def test_colours_are_those_of_its_profile(kept):
    (intent,) = catalog(kept)["/OutputIntents"]
    profile = intent["/DestOutputProfile"].get_object()
    data = profile.get_data()
    assert (intent["/S"], profile["/N"]) == ("/GTS_PDFA1", 3)
    assert (data[36:40], data[16:20]) == (b"acsp", b"RGB ")
    assert "/DeviceCMYK" not in {each.get("/ColorSpace") for each in of(kept, "/XObject")}
    for page in kept.pages:
        used = {operator for _operands, operator in ContentStream(page["/Contents"], kept).operations}
        assert not used & COLOURS_OF_PRINTERS


def test_pictures_and_states_are_plain(kept):
    for state in of(kept, "/ExtGState"):
        assert not {"/TR", "/TR2", "/HTP", "/HTO"} & set(state)
        assert state.get("/BM", "/Normal") == "/Normal"
    for drawn in of(kept, "/XObject"):
        assert not {"/Alternates", "/OPI", "/PS", "/Ref"} & set(drawn)
        assert str(drawn.get("/Interpolate", False)) == "False"
        assert drawn["/Subtype"] in ("/Image", "/Form")


def test_every_font_is_inside_with_the_letters_it_stands_for(either):
    fonts = of(either, "/Font")
    assert fonts
    for font in fonts:
        assert font["/Subtype"] == "/Type0"
        assert font["/ToUnicode"].get_object().get_data().count(b"beginbf")
        below = font["/DescendantFonts"][0].get_object()
        assert {"/CIDToGIDMap", "/W", "/FontDescriptor"} <= set(below)
        assert {"/FontFile2", "/FontFile3"} & set(below["/FontDescriptor"])
        assert re.match(r"/[A-Z]{6}\+", font["/BaseFont"]), "a part of a font says so"


def test_links_are_the_only_annotations_and_the_only_actions(either, kept):
    for each in dictionaries(either):
        assert each.get("/Type") != "/Action" or each["/S"] == "/URI"
        assert not {"/AA", "/JS", "/JavaScript"} & set(each)
        assert each.get("/Type") != "/Annot" or each["/Subtype"] == "/Link"
    for link in links(kept):
        assert link["/F"] & 0b100, "printed"
        assert not link["/F"] & 0b100011, "never hidden"


def test_the_metadata_say_what_it_is_and_the_same_as_the_document(copies):
    reading, keeping = (read(content) for content in copies[2])
    assert xmp(reading)["part"] == "1"
    assert (xmp(keeping)["part"], xmp(keeping)["conformance"]) == ("3", "A")
    for reader in (reading, keeping):
        stream, said, told = catalog(reader)["/Metadata"].get_object(), xmp(reader), reader.metadata
        assert re.match(rb'<\?xpacket begin="[^"]*" id="\w+"\?>', stream.get_data()), "neither bytes nor encoding"
        assert (stream["/Type"], stream["/Subtype"]) == ("/Metadata", "/XML")
        assert (said["title"], said["creator"]) == (told.title, told.author)
        assert (said["description"], said["Keywords"]) == (told.subject, told.keywords)
        for name, moment in (("CreateDate", told.creation_date), ("ModifyDate", told.modification_date)):
            assert (
                said[name]
                == moment.strftime("%Y-%m-%dT%H:%M:%SZ")
                == copies[0].gathered_at.strftime("%Y-%m-%dT%H:%M:%SZ")
            )


def test_the_file_inside_is_named_dated_and_tied_to_the_document(copies, kept):
    report, records, _both = copies
    (file,) = catalog(kept)["/AF"]
    name, held = catalog(kept)["/Names"]["/EmbeddedFiles"]["/Names"]
    assert held.get_object() == file.get_object()
    assert file["/F"] == file["/UF"] == name == f"{report.event.number}-records.csv"
    assert (file["/AFRelationship"], bool(file["/Desc"])) == ("/Data", True)
    stream = file["/EF"]["/F"].get_object()
    assert (stream["/Subtype"], stream["/Params"]["/Size"]) == ("/text/csv", len(records))
    assert stream["/Params"]["/ModDate"] == report.gathered_at.strftime("D:%Y%m%d%H%M%SZ")
    assert stream.get_data() == records
    told = stream["/Params"]["/CheckSum"]
    assert (told if isinstance(told, bytes) else told.original_bytes) == hashlib.md5(
        records, usedforsecurity=False
    ).digest()


# --- To read, and to keep: ISO 14289-1 ------------------------------------------------------------------------------
def test_it_says_its_language_its_title_and_that_it_is_tagged(either):
    found = catalog(either)
    assert found["/MarkInfo"]["/Marked"]
    assert "/Suspects" not in found["/MarkInfo"]
    assert found["/ViewerPreferences"]["/DisplayDocTitle"]
    assert found["/Lang"] == "en"
    assert {page.get("/Tabs") for page in either.pages} == {"/S"}
    kinds = {each["/S"][1:] for each in dictionaries(either) if each.get("/Type") == "/StructElem"}
    assert kinds <= STANDARD


def parents(reader):
    """What the tree of parents holds for each number."""
    rows = tree(reader)["/ParentTree"]["/Nums"]
    return dict(zip(rows[::2], rows[1::2], strict=True))


def test_what_is_drawn_is_tagged_or_an_artifact(either):
    """And each tag is found from the page: the reader of a screen comes past everything, and past nothing twice."""
    above = parents(either)
    for page in either.pages:
        owners, depth, seen = above[page["/StructParents"]].get_object(), [], []
        for operands, operator in ContentStream(page["/Contents"], either).operations:
            if operator in (b"BDC", b"BMC"):
                depth.append(operands[0])
                if len(operands) == 2 and "/MCID" in operands[1]:
                    seen.append(operands[1]["/MCID"])
            elif operator == b"EMC":
                depth.pop()
            elif operator in (b"Tj", b"TJ", b"Do", b"f", b"S", b"sh"):
                assert depth, f"drawn outside of any mark: {operator!r}"
        assert len(seen) == len(set(seen)) == len(owners)
        assert all(owner.get_object()["/Type"] == "/StructElem" for owner in owners)


def links(reader):
    found = [link.get_object() for page in reader.pages for link in page.get("/Annots", [])]
    assert len(found) > 3
    return found


def linked(reader):
    """The Link elements of the structure that hold an annotation, by its number."""
    for element in elements(tree(reader), "Link"):
        for kid in element["/K"]:
            held = kid.get_object()
            if hasattr(held, "keys") and held.get("/Type") == "/OBJR":
                yield held["/Obj"].get_object()["/StructParent"], element


def test_every_link_stands_in_the_structure_with_words_of_its_own(either):
    above, inside = parents(either), dict(linked(either))
    for link in links(either):
        assert link["/Contents"] == link["/A"]["/URI"]
        assert link["/Contents"].startswith(settings.PUBLIC_URL)
        element = inside[link["/StructParent"]]
        assert above[link["/StructParent"]].get_object() == element


def test_the_numbers_of_tables_are_links_in_their_cells(copies, engagement):
    """On paper as on the page; and what the letters beside them say is read before: the cell knows its headers."""
    for reader, least in ((read(copies[2][0]), 5), (read(engagement), 15)):
        cells = [cell for cell in elements(tree(reader), "TD") if elements(cell.get("/K", []), "Link")]
        assert len(cells) >= least
    html = printing.sheet_of(for_work(copies[0].pk), copies[1]).html
    counted = set(re.findall(r'<a class="counted" href="([^"]+)"', html))
    assert {address.replace("&amp;", "&") for address in counted} <= {
        link["/A"]["/URI"] for link in links(read(copies[2][0]))
    }


def test_headings_leave_out_no_level_and_tables_have_heads(either, engagement):
    for reader in (either, read(engagement)):
        levels = [int(each["/S"][2]) for each in in_order(tree(reader)) if re.fullmatch(r"/H[1-6]", each["/S"])]
        assert levels[0] == 1
        assert all(below <= above + 1 for above, below in itertools.pairwise(levels))
        for table in elements(tree(reader), "Table"):
            assert all("/A" in head for head in elements(table, "TH"))
            assert elements(table, "TH")


def in_order(node):
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [found for child in node for found in in_order(child)]
    if not hasattr(node, "keys"):
        return []
    return ([node] if "/S" in node and node.get("/Type") == "/StructElem" else []) + in_order(node.get("/K", []))
