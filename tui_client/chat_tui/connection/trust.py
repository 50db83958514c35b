"""Trust settings: finds what is wrong with the files of certificate authorities that the environment names."""

import ssl
from collections.abc import Mapping
from pathlib import Path


def trust_problem(environ: Mapping[str, str]) -> str:
    """A sentence about SSL_CERT_FILE or SSL_CERT_DIR; "" where they are not set, or can be used.

    OpenSSL passes over what it can't use without a word, and then trusts nobody.
    """
    if file := environ.get("SSL_CERT_FILE"):
        return _file_problem(Path(file))
    if (folder := environ.get("SSL_CERT_DIR")) and not Path(folder).is_dir():
        return f"SSL_CERT_DIR is {folder}, but there's no such folder."
    return ""


def _file_problem(path: Path) -> str:
    try:
        ssl.create_default_context(cafile=path)
    except FileNotFoundError:
        return f"SSL_CERT_FILE is {path}, but there's no such file."
    except ssl.SSLError:
        return f"SSL_CERT_FILE is {path}, but it holds no certificate."
    except OSError as error:
        return f"SSL_CERT_FILE is {path}, which can't be read ({error.strerror})."
    return ""
