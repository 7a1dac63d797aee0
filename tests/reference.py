# What secenv makes of a manifest, read again from the specification: a dictionary of variables (a file as "file: CONTENT"),
# or None if anything is wrong. It looks at one variable after the other and shares nothing with the program.
import base64, fnmatch, json, re, sys, tomllib
import jinja2, jinja2.meta
from urllib.parse import quote


class Wrong(Exception):
    pass


ABSENT = object()
given = json.load(sys.stdin)
jinja = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
jinja.filters["urlencode"] = lambda text: quote(str(text), safe="-._~")
jinja.filters["tojson"] = lambda text: json.dumps(str(text), ensure_ascii=False)


def merged(manifest, name):
    target = manifest.get("target", {}).get(name, {}) if name else {}
    env = manifest.get("env", {}) | target.get("env", {})
    return {
        "vars": manifest.get("vars", {}) | target.get("vars", {}),
        "env": {key: value for key, value in env.items() if value is not False},
        "env_from": target.get("env_from", manifest.get("env_from", [])),
        "child": manifest.get("child", {}) | target.get("child", {}),
    }


def written(value):
    if value is None:
        return ABSENT
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def variables(text, target):
    manifest = merged(tomllib.loads(text), target)
    inherited = dict(entry.split("=", 1) for entry in given["inherited"])
    entries = {
        name: dict(zip(("secret", "key"), entry.split("#"))) if isinstance(entry, str) else entry
        for name, entry in manifest["env"].items()
    }

    def expand(text):
        parts = re.split(r"(\$\$\{|\$\{[^}]*\})", text)
        known = {"$${": "${"} | {"${%s}" % name: value for name, value in manifest["vars"].items()}
        return "".join(known.get(part, part) for part in parts)

    def keys(env_from):
        secret = given["secrets"].get(expand(env_from["secret"]), ABSENT)
        if secret is ABSENT and env_from.get("optional"):
            return
        if not isinstance(secret, dict):
            raise Wrong
        rename = env_from.get("rename", {})
        for key in env_from.get("keys", []) + list(rename):
            if secret.get(key) is None and not env_from.get("optional"):
                raise Wrong
        for key, value in secret.items():
            if key not in env_from.get("keys", [key]) or key in env_from.get("exclude", []):
                continue
            cased = key.upper() if env_from.get("case") == "upper" else key
            name = rename.get(key, env_from.get("prefix", "") + cased)
            if value is not None and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                raise Wrong
            yield name, written(value)

    given_names = {}
    for env_from in manifest["env_from"]:
        for name, value in keys(env_from):
            if given_names.get(name, ABSENT) is not ABSENT and value is not ABSENT and name not in entries:
                raise Wrong
            if value is not ABSENT or name not in given_names:
                given_names[name] = value
    listed = set()
    for env_from in manifest["env_from"]:
        for key in env_from.get("keys", []):
            cased = key.upper() if env_from.get("case") == "upper" else key
            listed.add(env_from.get("rename", {}).get(key, env_from.get("prefix", "") + cased))

    def value_of(name, path=()):
        if name in path:
            raise Wrong
        entry = entries[name]
        if "template" in entry:
            inputs = jinja2.meta.find_undeclared_variables(jinja.parse(entry["template"]))
            values = {}
            for one in inputs:
                if one in entries and entries[one].get("as"):
                    raise Wrong
                if one not in entries and one not in listed:
                    raise Wrong
                found = value_of(one, path + (name,)) if one in entries else given_names.get(one, ABSENT)
                if found is not ABSENT:
                    values[one] = found
        if entry.get("keep") and inherited.get(name):
            return inherited[name]
        if "value" in entry:
            return expand(entry["value"])
        if "template" in entry:
            try:
                return jinja.from_string(entry["template"]).render(values)
            except jinja2.UndefinedError:
                raise Wrong
        secret = given["secrets"].get(expand(entry["secret"]), ABSENT)
        if secret is not ABSENT and "key" in entry:
            if not isinstance(secret, dict):
                raise Wrong
            secret = secret.get(entry["key"])
        value = ABSENT if secret is ABSENT else written(secret)
        if value is ABSENT:
            if "default" in entry:
                return expand(entry["default"])
            if entry.get("optional"):
                return ABSENT
            raise Wrong
        encode = {"hex": bytes.hex, "base64": lambda raw: base64.b64encode(raw).decode(), None: bytes.decode}
        return encode[entry.get("encoding")](value.encode())

    inherit, unset = manifest["child"].get("inherit", True), manifest["child"].get("unset", [])
    covered = lambda name, globs: any(fnmatch.fnmatchcase(name, glob) for glob in globs)
    kept = lambda name: (inherit if isinstance(inherit, bool) else covered(name, inherit)) and not covered(name, unset)
    child = {name: value for name, value in inherited.items() if kept(name)}

    def put(name, value):
        child.pop(name, None)
        if value is not ABSENT:
            child[name] = value

    for name, value in given_names.items():
        if name not in entries:
            put(name, value)
    for name, entry in entries.items():
        value = value_of(name)
        is_inherited = entry.get("keep") and inherited.get(name)
        if entry.get("export", True):
            put(name, value if value is ABSENT or is_inherited or "as" not in entry else "file: " + value)
    return child


def outcome(text, target):
    try:
        return variables(text, target)
    except Wrong:
        return None


print(json.dumps([outcome(text, target) for text, target in given["cases"]]))
