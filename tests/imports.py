"""The imports of the package, read from its sources without running them."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

Graph = Mapping[str, frozenset[str]]
"""Which of our modules each of our modules imports."""


@dataclass(frozen=True)
class Import:
    """One name that a line imports: `source` is the module that asks, `target` the module or name it asks for."""

    source: str
    target: str
    path: Path
    line: int
    always: bool
    """Whether it happens when the module is imported: neither in a function nor for type checkers alone."""

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


def imports_under(root: Path, *, package: str) -> list[Import]:
    """Every import in the files of `package`, which lies in `root`, wherever in a file it stands."""
    return [one for path in sorted((root / package).rglob("*.py")) for one in imports_of(path, root=root)]


def imports_of(path: Path, *, root: Path) -> list[Import]:
    relative = path.relative_to(root)
    module = module_name(relative)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    tree = ast.parse(path.read_text(), filename=str(relative))
    return [
        Import(source=module, target=target, path=relative, line=line, always=always)
        for node, always in _statements(tree, always=True)
        for target, line in _targets(node, package=package)
    ]


def module_name(relative: Path) -> str:
    """`bot/store/keys.py` is `bot.store.keys`, `bot/store/__init__.py` is `bot.store`."""
    parts = relative.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def graph_of(imports: list[Import], *, modules: frozenset[str], lazy_too: bool) -> Graph:
    """Who needs whom. Importing a name from a package needs the module of that name, else the package itself."""
    edges: dict[str, set[str]] = {module: set() for module in modules}
    for one in imports:
        target = _module_of(one.target, modules)
        if target and target != one.source and (one.always or lazy_too):
            edges[one.source].add(target)
    return {module: frozenset(targets) for module, targets in edges.items()}


def circles(graph: Graph) -> list[list[str]]:
    """The groups of modules that need each other, each sorted: none means that the graph has an order."""
    reach = {module: _reachable(graph, module) for module in graph}
    groups = {frozenset({module, *(other for other in reach[module] if module in reach[other])}) for module in graph}
    return sorted(sorted(group) for group in groups if len(group) > 1)


def _reachable(graph: Graph, start: str) -> set[str]:
    found: set[str] = set()
    ahead = [start]
    while ahead:
        for target in graph[ahead.pop()] - found:
            found.add(target)
            ahead.append(target)
    return found


def _module_of(target: str, modules: frozenset[str]) -> str | None:
    if target in modules:
        return target
    package = target.rpartition(".")[0]
    return package if package in modules else None


def _statements(node: ast.AST, *, always: bool) -> Iterator[tuple[ast.stmt, bool]]:
    """The import statements under `node`, each with whether it always happens."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, always
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _statements(child, always=False)
        elif isinstance(child, ast.If) and _for_type_checkers(child.test):
            for part in child.body:
                yield from _statements(ast.Module([part], []), always=False)
            for part in child.orelse:
                yield from _statements(ast.Module([part], []), always=always)
        else:
            yield from _statements(child, always=always)


def _for_type_checkers(test: ast.expr) -> bool:
    return ast.unparse(test).rpartition(".")[2] == "TYPE_CHECKING"


def _targets(node: ast.stmt, *, package: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name, alias.lineno
    if isinstance(node, ast.ImportFrom):
        base = _absolute(node, package=package)
        for alias in node.names:
            yield base if alias.name == "*" else f"{base}.{alias.name}", alias.lineno


def _absolute(node: ast.ImportFrom, *, package: str) -> str:
    if node.level == 0:
        return node.module or ""
    above = package.split(".")
    kept = above[: len(above) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])
