"""Opens a package from outside: the archive (zipfile), data.json against the published schema (jsonschema), the tables (csv)
and the page (html.parser).

Reads {"package": "path", "schema": "path"}; prints the names of its entries, its data, and its texts."""

import csv
import hashlib
import html.parser
import io
import json
import re
import sys
import urllib.parse
import zipfile

import jsonschema

given = json.load(sys.stdin)
archive = zipfile.ZipFile(given["package"])
names = archive.namelist()
assert archive.testzip() is None, "an entry is damaged"
assert len(set(names)) == len(names), "an entry is there twice"
for name in names:
    assert not re.search(r"(^/)|(^|/)\.\.?(/|$)|[\\:*?\"<>|\x00-\x1f]", name), f"{name} may be unpacked elsewhere"
    known = r"README\.txt|index\.html|data\.json|csv/(records/)?[A-Za-z0-9_.-]+\.csv|files/[0-9a-f-]{36}/[^/]+"
    assert re.fullmatch(known, name), name

document = json.loads(archive.read("data.json"))
with open(given["schema"], encoding="utf-8") as schema:
    validator = jsonschema.Draft202012Validator(json.load(schema), format_checker=jsonschema.FormatChecker())
validator.check_schema(validator.schema)
validator.validate(document)
data = document["data"]

assert sorted(file["path"] for file in data["files"]) == sorted(name for name in names if name.startswith("files/"))
for file in data["files"]:
    with archive.open(file["path"]) as content:
        digest = hashlib.file_digest(content, "sha256")
    assert digest.hexdigest() == file["sha256"], file["path"]
    assert archive.getinfo(file["path"]).file_size == file["sizeBytes"], file["path"]


def table(name):
    rows = list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline=""), strict=True))
    assert all(len(row) == len(rows[0]) for row in rows), f"{name} is no table"
    for cell in (cell for row in rows for cell in row):
        assert not re.match(r"[=+\-@\t\r\n＝＋－＠]", cell) or re.fullmatch(r"-?[0-9.]+", cell), f"{name}: {cell} is a formula"
    return [dict(zip(rows[0], row)) for row in rows[1:]]


tables = {name: table(name) for name in names if name.endswith(".csv")}
for section, rows in data.items():
    if section == "records":
        kinds = {record["dataType"] for record in rows}
        assert kinds == {name[len("csv/records/"):-4] for name in tables if name.startswith("csv/records/")}
        for kind in kinds:
            ids = [record["id"] for record in rows if record["dataType"] == kind]
            assert [row["id"] for row in tables[f"csv/records/{kind}.csv"]] == ids, kind
    elif isinstance(rows, list):
        assert len(tables[f"csv/{section}.csv"]) == len(rows), section
        assert all(set(tables[f"csv/{section}.csv"][0]) == set(row) for row in rows), section
    else:
        assert tables[f"csv/{section}.csv"], section


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.language, self.ids, self.links, self.policy, self.words = None, set(), [], None, []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        assert tag not in ("script", "img", "link", "iframe", "object", "embed", "form", "base", "svg"), tag
        for name in attributes:
            assert not name.startswith("on") and name not in ("style", "src", "srcset", "action"), f"{tag} {name}"
        if tag == "html":
            self.language = attributes["lang"]
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"]
        if "id" in attributes:
            assert attributes["id"] not in self.ids, attributes["id"]
            self.ids.add(attributes["id"])
        if "href" in attributes:
            self.links.append(attributes["href"])

    def handle_data(self, text):
        self.words.append(text)


page = Page()
page.feed(archive.read("index.html").decode("utf-8"))
assert page.policy.startswith("default-src 'none'; style-src 'sha256-"), page.policy
assert page.language == document["language"]
for link in page.links:
    target = urllib.parse.unquote(link)
    assert target[1:] in page.ids if link.startswith("#") else target in names, f"{link} leads nowhere"

texts = {name: archive.read(name).decode("utf-8-sig") for name in names if not name.startswith("files/")}
print(json.dumps({"names": names, "document": document, "texts": texts, "tables": tables, "page": " ".join(page.words)}))
