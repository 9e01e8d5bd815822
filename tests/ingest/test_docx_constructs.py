"""DOCX: a document with every construct that may hold words, each with a word of its own, and where that word must stand in each view."""
# ruff: noqa: E501 - XML stays on the line it is thought on

from __future__ import annotations

import copy
import io
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from lxml import etree
from office_fixtures import package
from word_fixtures import BY_ANN, BY_BOB, deleted, inserted, p, r, table, tc, tr, word

from nightclerk import ingest
from nightclerk.errors import SkipDocument
from nightclerk.ingest import docx
from nightclerk.records import Document

Read = Callable[..., Document]
View = Literal["accepted", "original", "marked_up"]
VIEWS: tuple[View, ...] = ("accepted", "original", "marked_up")
# t: in the text, a: in an annotation, g: among the gaps, -: nowhere, by view
TEXT, BESIDE, GAP, NOWHERE = ("t", "t", "t"), ("a", "a", "a"), ("g", "g", "g"), ("-", "-", "-")
NEW, OLD, NEVER = ("ta", "a", "ta"), ("a", "ta", "ta"), ("a", "a", "ta")
FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'


def _field(code: str, result: str, *, inner: str = "") -> str:
    begin, separate, end = (FIELD.format(kind) for kind in ("begin", "separate", "end"))
    return f"{begin}<w:r><w:instrText>{code}</w:instrText></w:r>{inner}{separate}{result}{end}"


def _form(name: str, kind: str, result: str = "") -> str:
    begin = f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="{name}"/>{kind}</w:ffData></w:fldChar></w:r>'
    return f"{begin}<w:r><w:instrText>FORM</w:instrText></w:r>{FIELD.format('separate') + result if result else ''}{FIELD.format('end')}"


def _control(properties: str, content: str) -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def _box(content: str, *, fallback: str = "") -> str:
    choice = f"<w:drawing><wp:inline><a:graphic><w:txbxContent>{content}</w:txbxContent></a:graphic></wp:inline></w:drawing>"
    return f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{choice}</mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>{fallback or content}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>'


def _drawn(inner: str) -> str:
    return f"<w:r><w:drawing><wp:inline><a:graphic><a:graphicData>{inner}</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"


def _m(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def _mark(kind: str, by: str) -> str:
    return f"<w:rPr><w:{kind} {by}/></w:rPr>"


# {word: (blocks with it, where it stands in the accepted, the original and the marked-up view)}
CONSTRUCTS: dict[str, tuple[str, tuple[str, str, str]]] = {
    "PLAINWORD": (p("PLAINWORD"), TEXT),
    "INSERTED": (p("x ", inserted("INSERTED")), NEW),
    "DELETED": (p("x ", deleted("DELETED")), OLD),
    "CAMEANDWENT": (p(f"<w:ins {BY_ANN}><w:del {BY_BOB}><w:r><w:delText>CAMEANDWENT</w:delText></w:r></w:del></w:ins>"), NEVER),
    "MOVEDAWAY": (p(f"<w:moveFrom {BY_ANN}>{r('MOVEDAWAY')}</w:moveFrom>"), OLD),
    "MOVEDHERE": (p(f"<w:moveTo {BY_ANN}>{r('MOVEDHERE')}</w:moveTo>"), NEW),
    "NEWPARAGRAPH": (p(inserted("NEWPARAGRAPH"), properties=_mark("ins", BY_ANN)), NEW),
    "OLDPARAGRAPH": (p(deleted("OLDPARAGRAPH"), properties=_mark("del", BY_BOB)), OLD),
    "NEWROW": (table(tr(p(inserted("NEWROW")), properties=f"<w:ins {BY_ANN}/>"), tr("x")), NEW),
    "OLDROW": (table(tr("OLDROW", properties=f"<w:del {BY_BOB}/>"), tr("x")), OLD),
    "NEWCELL": (table(tr("x", tc("NEWCELL", f"<w:cellIns {BY_ANN}/>"))), NEW),
    "OLDCELL": (table(tr("x", tc("OLDCELL", f"<w:cellDel {BY_BOB}/>"))), OLD),
    "MERGEDCELL": (table(tr("x"), tr(tc("MERGEDCELL", f'<w:cellMerge {BY_ANN} w:vMerge="cont" w:vMergeOrig="rest"/>'))), TEXT),
    "BOLDNOW": (p(r("BOLDNOW", f"<w:b/><w:rPrChange {BY_ANN}><w:rPr><w:i/></w:rPr></w:rPrChange>")), TEXT),
    "BLOCKINS": (f"<w:ins {BY_ANN}>{p('BLOCKINS')}</w:ins>", NEW),
    "WRONGTAG": (p("<w:r><w:delText>WRONGTAG</w:delText></w:r>"), OLD),
    "DELETEDFIELD": (p(f"<w:del {BY_BOB}>{_field('REF x', '<w:r><w:delText>DELETEDFIELD</w:delText></w:r>')}</w:del>"), OLD),
    "NOTEOFOLD": (p(f'<w:del {BY_BOB}><w:r><w:footnoteReference w:id="3"/></w:r></w:del>'), OLD),
    "BOXOFOLD": (p(f"<w:del {BY_BOB}>{_box(p('BOXOFOLD'))}</w:del>"), OLD),
    "FOOTNOTE": (p("x ", '<w:r><w:footnoteReference w:id="2"/></w:r>'), TEXT),
    "ENDNOTE": (p("x ", '<w:r><w:endnoteReference w:id="2"/></w:r>'), TEXT),
    "CUSTOMMARK": (p('<w:r><w:footnoteReference w:customMarkFollows="1" w:id="4"/><w:t>CUSTOMMARK</w:t></w:r>'), TEXT),
    "UNMARKEDNOTE": ("", BESIDE),
    "COMMENTED": (
        p('<w:commentRangeStart w:id="7"/>', "COMMENTED", '<w:commentRangeEnd w:id="7"/><w:r><w:commentReference w:id="7"/></w:r>'),
        TEXT,
    ),
    "FIRSTCOMMENT": ("", BESIDE),
    "REPLYCOMMENT": ("", BESIDE),
    "HIDDENRUN": (p("x ", r("HIDDENRUN", "<w:vanish/>")), BESIDE),
    "SHOWNRUN": (p("x ", r("SHOWNRUN", '<w:vanish w:val="0"/>')), TEXT),
    "HIDDENBYSTYLE": (p(r("HIDDENBYSTYLE", '<w:rStyle w:val="Secret"/>')), BESIDE),
    "HIDDENBEFORE": (p(r("HIDDENBEFORE", f"<w:rPrChange {BY_ANN}><w:rPr><w:vanish/></w:rPr></w:rPrChange>")), ("t", "a", "t")),
    "RUNINHEADING": (p("RUNINHEADING. ", properties="<w:rPr><w:vanish/><w:specVanish/></w:rPr>") + p("Goes on."), TEXT),
    "SIMPLEFIELD": (p(f'<w:fldSimple w:instr=" REF a \\r ">{r("SIMPLEFIELD")}</w:fldSimple>'), TEXT),
    "FIELDRESULT": (p(_field(" REF b \\w ", r("FIELDRESULT"))), TEXT),
    "FIELDCODE": (p(_field("FIELDCODE", r("x"))), NOWHERE),
    "NESTEDRESULT": (p(_field("IF", r("x"), inner=_field("MERGEFIELD", r("NESTEDRESULT")))), BESIDE),
    "OPENFIELD": (p(FIELD.format("begin"), "OPENFIELD"), TEXT),
    "MANYLINES": (
        p(FIELD.format("begin"), "<w:r><w:instrText>TOC</w:instrText></w:r>", FIELD.format("separate"), "x")
        + p("MANYLINES", FIELD.format("end")),
        TEXT,
    ),
    "FORMTEXTWORD": (p(_form("buyer", "<w:textInput/>", r("FORMTEXTWORD"))), TEXT),
    "DROPPED": (
        p(_form("law", '<w:ddList><w:result w:val="1"/><w:listEntry w:val="NOTCHOSEN"/><w:listEntry w:val="DROPPED"/></w:ddList>')),
        TEXT,
    ),
    "NOTCHOSEN": ("", NOWHERE),
    "BLOCKCONTROL": (_control("<w:text/>", p("BLOCKCONTROL")), TEXT),
    "RUNCONTROL": (p(_control('<w:alias w:val="Law"/><w:dropDownList/>', r("RUNCONTROL"))), TEXT),
    "CELLCONTROL": (table(tr(_control("", tc("CELLCONTROL")))), TEXT),
    "ROWCONTROL": (table(_control("", tr("ROWCONTROL"))), TEXT),
    "PLACEHOLDER": (p(_control("<w:showingPlcHdr/><w:text/>", r("PLACEHOLDER"))), TEXT),
    "SMARTTAG": (p(f'<w:smartTag w:element="date"><w:smartTagPr/>{r("SMARTTAG")}</w:smartTag>'), TEXT),
    "CUSTOMXML": (f'<w:customXml w:element="x">{p("CUSTOMXML")}</w:customXml>', TEXT),
    "HYPERLINK": (p(f'<w:hyperlink r:id="none">{r("HYPERLINK")}</w:hyperlink>'), TEXT),
    "RIGHTTOLEFT": (p(f'<w:bdo w:val="rtl"><w:dir w:val="ltr">{r("RIGHTTOLEFT")}</w:dir></w:bdo>'), TEXT),
    "RUBYBASE": (p(f"<w:r><w:ruby><w:rubyPr/><w:rt>{r('RUBYTEXT')}</w:rt><w:rubyBase>{r('RUBYBASE')}</w:rubyBase></w:ruby></w:r>"), TEXT),
    "RUBYTEXT": ("", BESIDE),
    "NUMERATOR": (p(f"<m:oMath><m:f><m:num>{_m('NUMERATOR')}</m:num><m:den>{_m('DENOMINATOR')}</m:den></m:f></m:oMath>"), TEXT),
    "DENOMINATOR": ("", TEXT),
    "EXPONENT": (
        f"<m:oMathPara><m:oMath><m:sSup><m:e>{_m('y')}</m:e><m:sup>{_m('EXPONENT')}</m:sup></m:sSup></m:oMath></m:oMathPara>",
        TEXT,
    ),
    "OUTERCELL": (
        table(
            tr(tc(p("OUTERCELL") + table(tr("INNERCELL", "x")) + p("x"))), tr(tc("SPANNED", '<w:gridSpan w:val="200000000"/><w:vMerge/>'))
        ),
        TEXT,
    ),
    "INNERCELL": ("", TEXT),
    "SPANNED": ("", TEXT),
    "STRAYINTABLE": (f"<w:tbl>{p('STRAYINTABLE')}{tr('x')}</w:tbl>", TEXT),
    "STRAYRUN": (r("STRAYRUN"), TEXT),
    "BOXED": (p(_box(p("BOXED"))), TEXT),
    "DRAWNTEXT": (p(_drawn("<a:txBody><a:p><a:r><a:t>DRAWNTEXT</a:t></a:r></a:p></a:txBody>")), TEXT),
    "SMARTART": (p(_drawn('<dgm:relIds r:dm="rIdData"/>')), TEXT),
    "CHARTTITLE": (p(_drawn('<c:chart r:id="rIdChart"/>')), TEXT),
    "CHARTSERIES": ("", TEXT),
    "ODDOBJECT": (p('<w:r><w:object><o:OLEObject ProgID="ODDOBJECT.1" r:id="none"/></w:object></w:r>'), GAP),
    "HTMLCHUNK": ('<w:altChunk r:id="rIdHtml"/>', TEXT),
    "TEXTCHUNK": ('<w:altChunk r:id="rIdText"/>', TEXT),
    "WORDCHUNK": ('<w:altChunk r:id="rIdWord"/>', TEXT),
    "WORDCHUNKNEW": ("", ("t", "-", "t")),
    "afchunk4.rtf": ('<w:altChunk r:id="rIdRtf"/>', GAP),
    "sub9.docx": (p('<w:subDoc r:id="rIdSub"/>'), GAP),
    "LISTNUM": (p(f"{FIELD.format('begin')}<w:r><w:instrText>LISTNUM</w:instrText></w:r>{FIELD.format('end')}"), GAP),
    "HEADERWORD": ("", TEXT),
    "HEADERNEW": ("", NEW),
    "WATERMARK": ("", TEXT),
    "FOOTERWORD": ("", TEXT),
    "SECONDBODY": ("", TEXT),
    "GLOSSARYWORD": ("", NOWHERE),
}
PARTS: dict[str, str | bytes] = {
    "styles.xml": '<w:styles><w:style w:type="character" w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>',
    "footnotes.xml": f'<w:footnotes><w:footnote w:id="2">{p("FOOTNOTE")}</w:footnote><w:footnote w:id="3">{p("NOTEOFOLD")}</w:footnote><w:footnote w:id="4">{p("x")}</w:footnote><w:footnote w:id="5">{p("UNMARKEDNOTE")}</w:footnote></w:footnotes>',
    "endnotes.xml": f'<w:endnotes><w:endnote w:id="2">{p("ENDNOTE")}</w:endnote></w:endnotes>',
    "comments.xml": f'<w:comments><w:comment w:id="7" w:author="Ann" w:date="2024-05-03T08:00:00Z"><w:p w14:paraId="AA">{r("FIRSTCOMMENT")}</w:p></w:comment><w:comment w:id="8" w:author="Bob" w:date="2024-05-03T09:00:00Z"><w:p w14:paraId="BB">{r("REPLYCOMMENT")}</w:p></w:comment></w:comments>',
    "commentsExtended.xml": '<w15:commentsEx><w15:commentEx w15:paraId="AA" w15:done="1"/><w15:commentEx w15:paraId="BB" w15:paraIdParent="AA" w15:done="0"/></w15:commentsEx>',
    "commentsIds.xml": '<w16cid:commentsIds><w16cid:commentId w16cid:paraId="AA" w16cid:durableId="D1"/></w16cid:commentsIds>',
    "commentsExtensible.xml": '<w16cex:commentsExtensible><w16cex:commentExtensible w16cex:durableId="D1" w16cex:dateUtc="2024-05-03T06:00:00Z"/></w16cex:commentsExtensible>',
    "header1.xml": f"<w:hdr>{p('HEADERWORD ', inserted('HEADERNEW'), '<w:r><w:pict><v:shape><v:textpath string=' + chr(34) + 'WATERMARK' + chr(34) + '/></v:shape></w:pict></w:r>')}</w:hdr>",
    "header2.xml": f"<w:hdr>{p('HEADERTWIN')}</w:hdr>",
    "header3.xml": f"<w:hdr>{p('HEADERTWIN')}</w:hdr>",
    "footer1.xml": f"<w:ftr>{p('FOOTERWORD ', _field('PAGE', r('1')))}</w:ftr>",
    "diagrams/data1.xml": "<dgm:dataModel><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r><a:t>SMARTART</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>",
    "charts/chart1.xml": "<c:chartSpace><c:chart><c:title><a:p><a:r><a:t>CHARTTITLE</a:t></a:r></a:p></c:title><c:ser><c:tx><c:v>CHARTSERIES</c:v></c:tx><c:cat><c:v>2023</c:v></c:cat><c:val><c:v>4.4000000000000004</c:v></c:val></c:ser></c:chart></c:chartSpace>",
    "afchunk1.htm": b"<html><body><p>HTMLCHUNK</p></body></html>",
    "afchunk2.txt": b"TEXTCHUNK",
    "afchunk3.docx": word(p("WORDCHUNK ", inserted("WORDCHUNKNEW"))),
    "afchunk4.rtf": rb"{\rtf1 RTFCHUNK}",
    "glossary/document.xml": f"<w:glossaryDocument>{p('GLOSSARYWORD')}</w:glossaryDocument>",
}
TARGETS = {f"rId{place}": name for place, name in enumerate(PARTS) if name.count("/") == 0 and "chunk" not in name} | {
    "rIdData": "diagrams/data1.xml",
    "rIdChart": "charts/chart1.xml",
    "rIdHtml": "afchunk1.htm",
    "rIdText": "afchunk2.txt",
    "rIdWord": "afchunk3.docx",
    "rIdRtf": "afchunk4.rtf",
    "rIdSub": "file:///other/sub9.docx",
}
REFERENCES = "".join(
    f'<w:{name[:6]}Reference w:type="default" r:id="{key}"/>' for key, name in TARGETS.items() if name.startswith(("header", "footer"))
)
SECTION = f"<w:sectPr>{REFERENCES}</w:sectPr>"
BODY = f"<w:body>{''.join(blocks for blocks, _ in CONSTRUCTS.values())}{SECTION}</w:body><w:body>{p('SECONDBODY')}</w:body>"


def _where(marker: str, document: Document) -> str:
    said = "\n".join(one.text for one in document.annotations)
    places = (("t", document.text), ("a", said), ("g", document.reason))
    pattern = rf"\b{re.escape(marker)}\b"
    return "".join(sign for sign, text in places if re.search(pattern, text)) or "-"


@pytest.mark.parametrize("strict", [False, True], ids=["transitional", "strict"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_construct_is_accounted_for(view: View, strict: bool, read_bytes: Read) -> None:
    """Each construct's word stands in the text, in an annotation or among the gaps, as the table says for the view."""
    content = word(BODY, parts=PARTS, targets=TARGETS, strict=strict)
    document = read_bytes("a.docx", content, None, ingest.Options(view=view))
    found = {marker: _where(marker, document) for marker in CONSTRUCTS}
    assert found == {marker: places[VIEWS.index(view)] for marker, (_, places) in CONSTRUCTS.items()}
    assert document.text.count("HEADERTWIN") == 1
    assert document.view == view


def _broken(content: bytes, chance: random.Random) -> bytes:
    """The same package with elements of its parts removed, doubled, moved, renamed, and attributes set to nonsense."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    parts = [name for name in files if name.startswith("word/") and name.endswith(".xml")]
    for name in [*chance.choices(parts, k=3), "word/document.xml"]:
        root = etree.fromstring(files[name])
        nodes = list(root.iter("*"))
        for node, other in zip(chance.choices(nodes, k=10), chance.choices(nodes, k=10), strict=True):
            parent, what = node.getparent(), chance.randrange(5)
            if parent is None or node in other.iterancestors() or node is other:
                continue
            if what == 0:
                parent.remove(node)
            elif what == 1:
                other.append(copy.deepcopy(node))
            elif what == 2:
                other.insert(0, node)
            elif what == 3:
                node.tag = other.tag
            elif node.attrib:
                node.attrib[chance.choice(list(node.attrib))] = chance.choice(["", "-1", "9" * 12, "x", "end", "begin", "%9"])
        files[name] = etree.tostring(root)
    return package(files)


@pytest.mark.parametrize("seed", range(12))
def test_broken_structures_end_well(seed: int, tmp_path: Path) -> None:
    """Whatever stands where it must not: the file is read or refused with a reason, and spans lie in the text."""
    path = tmp_path / "a.docx"
    path.write_bytes(_broken(word(BODY, parts=PARTS, targets=TARGETS), random.Random(seed)))
    for view in VIEWS:
        try:
            reading = docx.read(path, view=view)
        except SkipDocument:
            continue
        end = sum(len(page.text) for page in reading.pages)
        assert all(0 <= block.char_start < block.char_end <= end for block in reading.blocks)
        assert all(list(block.cells) == sorted(block.cells) for block in reading.blocks)
        assert all(one.char_start is None or 0 <= one.char_start <= (one.char_end or 0) <= end for one in reading.annotations)
