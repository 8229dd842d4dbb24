"""Verify a kechuang receipt anywhere, offline 离线核验回执: python3 verify_receipt.py receipt.json [published_key.pem]"""

import base64
import hashlib
import json
import sys
from pathlib import Path


def canonical(value):  # RFC 8785; receipts hold no floats
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(json.dumps(key, ensure_ascii=False) + ":" + canonical(value[key]) for key in keys) + "}"
    return f"[{','.join(map(canonical, value))}]" if type(value) is list else json.dumps(value, ensure_ascii=False)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def require(holds, name):
    sys.stdout.buffer.write(f"{'ok         ' if holds else 'WRONG 不符 '}{name}\n".encode())
    return holds or sys.exit(1)


def root(leaf, at, size, path):  # RFC 6962 section 2.1.1
    if size == 1:
        return leaf if at == 0 and not path else b""
    half, other = 1 << (size - 1).bit_length() - 1, path.pop() if path else b""
    sides = (root(leaf, at, half, path), other) if at < half else (other, root(leaf, at - half, size - half, path))
    return sha(b"\1", *sides)


given, *published = json.loads(Path(sys.argv[1]).read_bytes()), *(Path(name).read_text() for name in sys.argv[2:])
said, answers = given["content"], canonical(given.get("answers")).encode()
content, before = canonical(said).encode(), bytes.fromhex(given["previous"])
for name in ["sha256", *({"sm3"} & given.keys() & hashlib.algorithms_available)]:
    require(hashlib.new(name, content).hexdigest() == given[name], f"{name} of the content 内容摘要")
require(sha(b"\2", before, sha(content)).hex() == given["digest"], "link to the record before 台账链接")
if "answers" in given:
    require(sha(answers).hex() == said.get("tells", {}).get("answers"), "answers beside it 所附申报内容")
if "checkpoint" in given:
    origin, size, top, on, blank, signed = given["checkpoint"].split("\n", 5)
    leaf, at, path = sha(b"\0", bytes.fromhex(given["digest"])), given["index"], [*map(bytes.fromhex, given["proof"])]
    require(root(leaf, at, int(size), path) == base64.b64decode(top), f"entry {at} of {size}, {origin}, {on} 已入日志")
    pem, signature = (*published, given["public_key"])[0], base64.b64decode(signed.split()[-1])[4:]
    der, hashed = base64.b64decode(pem.split("-----")[2]), sha("\n".join((origin, size, top, on, blank)).encode()).hex()
    power = pow(int.from_bytes(signature, "big"), 65537, int.from_bytes(der[-389:-5], "big"))  # RSA-3072, PKCS#1 v1.5
    padded = "0001" + "ff" * 330 + "003031300d060960864801650304020105000420" + hashed
    require(power == int(padded, 16), f"signature by the key 签名，公钥指纹 {hashlib.sha256(der).hexdigest()}")
