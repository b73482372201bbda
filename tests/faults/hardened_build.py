"""Reads from the program's ELF file which guards it was built with, and holds doctor to the same.

The same questions to a small program built without any guard must all be answered with no, or they prove nothing.
"""

import platform
import re
import resource
import shutil
import subprocess

from figures import FOURLOOP, Figures, scratch_folder, skip

UNGUARDED = ("-O1", "-fno-pie", "-no-pie", "-fno-stack-protector", "-fno-stack-clash-protection", "-U_FORTIFY_SOURCE",
             "-Wl,-z,norelro,-z,lazy,-z,execstack", "-Wl,-rpath,/tmp")
SOURCE = """
#include <stdio.h>
int main(int count, char **words)
{
    char buffer[100000];
    snprintf(buffer, sizeof buffer, "%s", words[count - 1]);
    return buffer[count];
}
"""
ENDBR64, PROBE = b"\xf3\x0f\x1e\xfa", b"\x48\x83\x0c\x24\x00"  # or qword [rsp], 0: touches each page of a large frame


class Elf:
    """What readelf says of a program."""

    def __init__(self, path):
        self.bytes = path.read_bytes()
        self.header, self.segments, self.dynamic, self.symbols = (
            subprocess.run(["readelf", option, path], capture_output=True, text=True, check=True, timeout=60).stdout
            for option in ("-hW", "-lW", "-dW", "-sW"))

    def segment_flags(self, name):
        found = re.search(rf"^\s*{name}\s+(?:0x\w+\s+){{5}}([RWE ]{{3}})", self.segments, re.M)
        return found[1] if found else None

    def calls(self, pattern):
        return re.search(rf"\bUND {pattern}(@|$)", self.symbols, re.M) is not None

    def main_begins_with(self, code):
        """Whether main(), which the C library calls by pointer, begins so. Code lies in the one executable segment."""
        address = re.search(r"^\s*\d+: (\w+)\s+\d+ FUNC .* main$", self.symbols, re.M)
        segment = re.search(r"^\s*LOAD\s+0x(\w+) 0x(\w+) 0x\w+ 0x\w+ 0x\w+ R E", self.segments, re.M)
        if address is None or segment is None:
            return False
        at = int(address[1], 16) - int(segment[2], 16) + int(segment[1], 16)
        return self.bytes[at:at + len(code)] == code

    def guards(self):
        """Name: whether it is there. The first names are those of doctor."""
        yield "PIE", "DYN (" in self.header and "PIE" in self.dynamic
        yield "RELRO", self.segment_flags("GNU_RELRO") is not None
        yield "BIND_NOW", re.search(r"\(FLAGS_1\).*\bNOW\b", self.dynamic) is not None
        yield "no executable stack", self.segment_flags("GNU_STACK") == "RW "
        yield "stack protector", self.calls("__stack_chk_fail")
        yield "fortified calls", self.calls(r"__\w+_chk")
        if platform.machine() == "x86_64":
            yield "stack clash protection", PROBE in self.bytes
            yield "CET branch targets", self.main_begins_with(ENDBR64)
        yield "no path of its own for libraries", not re.search(r"\((RPATH|RUNPATH)\)", self.dynamic)
        yield "no code that is changed on loading", "(TEXTREL)" not in self.dynamic


def unguarded_program(folder):
    compiler = shutil.which("gcc") or shutil.which("cc")
    more = ("-fcf-protection=none",) if platform.machine() == "x86_64" else ()
    path = folder / "unguarded"
    (folder / "unguarded.c").write_text(SOURCE)
    subprocess.run([compiler, *UNGUARDED, *more, "-o", path, folder / "unguarded.c"], check=True, timeout=60, capture_output=True)
    return path


def check_itself(figures, folder):
    found = dict(Elf(unguarded_program(folder)).guards())
    # Nothing in so small a program is changed on loading, however it is built.
    seen = [name for name, on in found.items() if on and name != "no code that is changed on loading"]
    if seen:
        figures.violation(f"control: an unguarded program is said to have {', '.join(seen)}")


def allow_cores():
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def doctor_says(folder):
    done = subprocess.run([FOURLOOP, "doctor", folder], capture_output=True, text=True, timeout=60, check=True, preexec_fn=allow_cores)
    return dict(re.split(r" {2,}", line, maxsplit=1) for line in done.stdout.splitlines() if "  " in line)


def main():
    figures = Figures(__doc__.splitlines()[0])
    if shutil.which("readelf") is None:
        skip("no readelf (Debian: apt-get install binutils)")
    folder = scratch_folder()
    check_itself(figures, folder)
    guards = dict(Elf(FOURLOOP).guards())
    said = doctor_says(folder)
    if "built without" in said:
        figures.violation(f"doctor: built without {said['built without']}")
    for name in said.get("built with", "").split(", "):
        if not guards.get(name, platform.machine() != "x86_64"):
            figures.violation(f"doctor says {name}, readelf does not")
    guards["no core dumps"] = said.get("core dumps", "").startswith("off")
    missing = [name for name, on in guards.items() if not on]
    for name in missing:
        figures.violation(f"{FOURLOOP} has not: {name}")
    figures.show("hardening flags on", f"{len(guards) - len(missing)} of {len(guards)}", "all", not missing)
    figures.finish()


if __name__ == "__main__":
    main()
