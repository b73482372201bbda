"""Small ext4 disks in files, whose state at any instant can be copied and looked at as after a power cut."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time

from figures import skip

SIZE_BYTES = 8 << 20
FOLDER, OTHER = "folder", "other"  # what is on such a disk: the folder, a file that is nobody's
# Nothing reaches the disk unasked: no data because of a rename, no journal because of time.
OPTIONS = "loop,noatime,noauto_da_alloc,commit=600"
TIMEOUT_SECONDS = 60
UNMOUNT_TRIES = 50


def in_own_namespace():
    """Starts this program once more where its mounts are its own and end with it, whatever ends it."""
    if os.environ.get("FOURLOOP_OWN_MOUNTS") == "yes":
        return
    os.environ["FOURLOOP_OWN_MOUNTS"] = "yes"
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        skip("disks need the right to mount (root)")
    os.execvp("unshare", ["unshare", "-m", sys.executable, "-B", *sys.argv])


def make_disk(image, folder):
    """An ext4 image with a copy of `folder` in it."""
    with open(image, "wb") as file:
        file.truncate(SIZE_BYTES)
    content = image.with_suffix(".content")
    shutil.copytree(folder, content / FOLDER)
    (content / OTHER).touch()
    system("mkfs.ext4", "-q", "-F", "-d", content, image)
    shutil.rmtree(content)


def bring_journal(disk):
    """Has ext4 write its journal; the bytes of files that nobody synced need not come along."""
    file = os.open(disk / OTHER, os.O_WRONLY)
    os.utime(file, ns=(0, os.fstat(file).st_mtime_ns + 1))
    os.fsync(file)
    os.close(file)


def system(*command):
    subprocess.run([str(word) for word in command], check=True, capture_output=True, timeout=TIMEOUT_SECONDS)


def unmount(place):
    """A child that another thread has just begun has its files open until it is another program: the disk is busy."""
    for _ in range(UNMOUNT_TRIES):
        try:
            system("umount", place)
            return
        except subprocess.CalledProcessError:
            time.sleep(0.1)
    system("umount", place)


@contextlib.contextmanager
def mounted(image, place, options=""):
    """The folder on the disk."""
    place.mkdir(exist_ok=True)
    system("mount", "-t", "ext4", "-o", f"{OPTIONS},{options}".strip(","), image, place)
    try:
        yield place / FOLDER
    finally:
        unmount(place)


def check_loops(scratch):
    """Ends the program, loudly, where no such disk can be had."""
    try:
        (scratch / "empty").mkdir()
        make_disk(scratch / "try.img", scratch / "empty")
        with mounted(scratch / "try.img", scratch / "try.mnt"):
            pass
    except (OSError, subprocess.CalledProcessError) as trouble:
        skip(f"no ext4 disk in a file can be mounted here: {getattr(trouble, 'stderr', None) or trouble}")


class Image:
    """All bytes of a disk at one instant."""

    def __init__(self, path):
        self.extents = []
        with open(path, "rb") as file:
            end = 0
            while True:
                try:
                    start = os.lseek(file.fileno(), end, os.SEEK_DATA)
                except OSError:  # nothing behind `end`
                    break
                end = os.lseek(file.fileno(), start, os.SEEK_HOLE)
                self.extents.append((start, os.pread(file.fileno(), end - start, start)))

    def digest(self):
        digest = hashlib.blake2b(digest_size=16)
        for start, content in self.extents:
            digest.update(b"%d " % start)
            digest.update(content)
        return digest.digest()

    def write(self, path):
        path.unlink(missing_ok=True)
        with open(path, "wb") as file:
            file.truncate(SIZE_BYTES)
            for start, content in self.extents:
                os.pwrite(file.fileno(), content, start)
