"""SQLite log: one file, durable. What was kept is there after the program, or the computer, has ended however it did.

| file | |
|---|---|
| `engine` | in the event loop: what was appended, what tails are given |
| `gathering` | when what was appended is handed to the thread that writes |
| `writer`, `commits` | the thread that writes, and what goes into a commit of it |
| `rows`, `rooms`, `keys`, `facts` | what it writes: entries, rooms, tokens of lines, and the state of all |
| `recent_entries` | what tails are given from memory |
| `reader`, `reading` | what is read, in threads of their own: a search does not hold up a page |
| `search_index`, `word_lists` | which message has which words |
| `upkeep`, `failures` | what it does between commits, and what a commit that fails means |
| `schema` | the tables, and which files are refused |
| `files` | which server has the file, and whether what is beside it belongs to it |
| `disk_watch` | whether the disk answers |
| `backup`, `copying` | the file without its server: copied in short steps, gone back to, or read from end to end |
| `placing` | a new file gets its name when it is whole |
"""

from chat_server.log.sqlite.backup import backup, path_of, read_file, restore
from chat_server.log.sqlite.engine import SqliteLog

__all__ = ["SqliteLog", "backup", "path_of", "read_file", "restore"]
