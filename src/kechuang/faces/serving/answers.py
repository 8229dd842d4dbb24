"""The few pages the front gives by itself, when the application cannot or must not be asked."""

from __future__ import annotations

REASONS = {
    400: "Bad Request", 408: "Request Timeout", 413: "Content Too Large", 417: "Expectation Failed",
    429: "Too Many Requests", 431: "Request Header Fields Too Large", 502: "Bad Gateway",
}  # fmt: skip
SENTENCES = {
    400: ("请求无法识别，请从页面重新提交。", "The request could not be read. Please send it again from the page."),
    408: ("等待太久，连接已关闭，请重试。", "The connection was idle for too long. Please try again."),
    413: ("内容超过 60 MB，没有接收。请压缩或拆分文件后再上传。",
          "More than 60 MB: nothing was taken. Please make the file smaller or split it."),
    417: ("请求无法识别，请从页面重新提交。", "The request could not be read. Please send it again from the page."),
    431: ("请求头过大，请清除本站 Cookie 后重试。", "The request head is too large. Please clear this site's cookies."),
    429: ("排队中：现在人多，这次操作还没有办理。到达时间 {stamp} 已经记下，请在十分钟内原样再提交一次，以该时间为准。",
          "Queued: too many people at once, and this has not been carried out. Your arrival at {stamp} is kept: "
          "send the same again within ten minutes and that time counts."),
    502: ("应用正在启动或刚刚中断，这次操作未必已办理。请稍候刷新，再提交一次也不会重复办理。",
          "The application is starting or was interrupted. Whether this was carried out is not known: "
          "send it again, it is never done twice."),
}  # fmt: skip
RETRY_AFTER, MOST_AFTER = 3, 60  # seconds
QUEUED = 429  # nothing failed: too many came at once


def answer(status: int, *, stamp: str = "", ticket: str = "", again: int = RETRY_AFTER) -> bytes:
    """A whole response; the connection is closed after it."""
    zh, en = (sentence.format(stamp=stamp) for sentence in SENTENCES[status])
    page = (
        f'<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>{status}</title>'
        f"<h1>{zh}</h1><p>{en}</p></html>\n"
    ).encode()
    lines = [
        f"HTTP/1.1 {status} {REASONS[status]}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(page)}",
        "Cache-Control: no-store",
        "Connection: close",
        *([f"Retry-After: {again}"] if status in (QUEUED, 502) else []),
        *([f"Set-Cookie: {ticket}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"] if ticket else []),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + page
