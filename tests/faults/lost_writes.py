"""What a disk may hold after a power cut when it keeps no promise but those of fsync.

POSIX promises of a file's bytes what was there when fsync on it came back, and of a folder's names what was there when
fsync on that folder came back. Anything later may be on the disk or not, each change by itself and in any order. Real
file systems keep more, each in its own way; a program that is right here is right on all of them.
"""

import os


class Names:
    """The entries of one folder: those on the disk, and changes that may be or not."""

    def __init__(self):
        self.durable, self.now, self.changes = {}, {}, []

    def see(self, entries):
        """Notes how the names differ from before; what one call changes is one change."""
        change = {name: entries.get(name) for name in self.now.keys() | entries.keys()
                  if self.now.get(name) != entries.get(name)}
        if change:
            self.changes.append(change)
        self.now = entries

    def sync(self):
        self.durable, self.changes = self.now, []

    def kept(self, keep):
        """The entries when change number i is on the disk if keep(i)."""
        entries = dict(self.durable)
        for i, change in enumerate(self.changes):
            if keep(i):
                entries.update(change)
        return {name: inode for name, inode in entries.items() if inode is not None}


class UncertainDisk:
    """Follows a folder from call to call. All that is in it at first is on the disk, but for the name `unsure`."""

    def __init__(self, folder, unsure=None):
        self.folder = folder
        self.root = os.stat(folder).st_ino
        self.names = {}  # inode of a folder: Names
        self.now, self.durable = {}, {}  # inode of a file: bytes
        self.look()
        for inode in [*self.names, *self.now]:
            self.sync(inode)
        if unsure is not None:
            top = self.names[self.root]
            top.durable = {name: inode for name, inode in top.now.items() if name != unsure}
            top.changes = [{unsure: top.now[unsure]}]

    def look(self):
        """Takes in what the last call changed."""
        self.look_at(self.folder, self.root)

    def look_at(self, folder, inode):
        entries = {}
        for entry in os.scandir(folder):
            entries[entry.name] = entry.inode()
            if entry.is_dir():
                self.look_at(entry.path, entry.inode())
            else:
                with open(entry.path, "rb") as file:
                    self.now[entry.inode()] = file.read()
        self.names.setdefault(inode, Names()).see(entries)

    def sync(self, inode):
        """An fsync on this file or folder came back. None: on nothing."""
        if inode in self.names:
            self.names[inode].sync()
        elif inode in self.now:
            self.durable[inode] = self.now[inode]

    def uncertain(self):
        """All that may be on the disk or not: ("name", folder, number of the change) and ("bytes", file)."""
        items = [("name", inode, i) for inode, names in self.names.items() for i in range(len(names.changes))]
        return items + [("bytes", inode) for inode in self.now if self.now[inode] != self.durable.get(inode)]

    def tree(self, kept):
        """As read_tree() would find it when of the uncertain only `kept` is there."""
        found = {}
        self.add_folder(found, "", self.root, kept)
        return found

    def add_folder(self, found, prefix, folder, kept):
        for name, inode in self.names[folder].kept(lambda i: ("name", folder, i) in kept).items():
            if inode in self.names:
                found[prefix + name] = None
                self.add_folder(found, f"{prefix}{name}/", inode, kept)
            else:
                found[prefix + name] = self.bytes_of(inode, kept)

    def bytes_of(self, inode, kept):
        bytes_now = self.now[inode]
        if ("bytes", inode) in kept:
            return bytes_now
        if ("half", inode) in kept:
            return bytes_now[:len(bytes_now) // 2]
        return self.durable.get(inode, b"")

    def trees(self, chance, draws):
        """What may be there: nothing or all of the uncertain, names alone, bytes alone, each thing alone, all but each,
        all but the first ones, and `draws` subsets in which some files are there by half."""
        items = self.uncertain()
        yield self.tree(set(items))
        yield self.tree(set())
        for kind in ("name", "bytes"):
            yield self.tree({item for item in items if item[0] == kind})
        for i, item in enumerate(items):
            yield self.tree({item})
            yield self.tree(set(items) - {item})
            yield self.tree(set(items[i:]))
        for _ in range(draws if len(items) > 2 else 0):
            drawn = {item for item in items if chance.random() < 0.5}
            yield self.tree({("half", item[1]) if item[0] == "bytes" and chance.random() < 0.5 else item for item in drawn})
