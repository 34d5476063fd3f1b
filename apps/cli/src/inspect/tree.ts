/** A module of the model: its own tensors and those of the modules in it. */
export interface ModuleNode {
  name: string;
  /** How many modules of this shape there are, one after the other. */
  times: number;
  /** Shape, of a tensor. */
  shape?: number[];
  /** Weights of one of them. */
  parameters: number;
  children: ModuleNode[];
}

/** The tensors of a model as a tree of modules; numbered modules that are alike are one node (`layers.0..26`). */
export function moduleTree(shapes: Record<string, readonly number[]>): ModuleNode {
  const root: ModuleNode = { name: 'model', times: 1, parameters: 0, children: [] };
  for (const [name, shape] of Object.entries(shapes)) {
    const size = shape.reduce((product, n) => product * n, 1);
    let node = root;
    node.parameters += size;
    const parts = name.split('.');
    parts.forEach((part, depth) => {
      let child = node.children.find((one) => one.name === part);
      if (!child) {
        child = { name: part, times: 1, parameters: 0, children: [] };
        node.children.push(child);
      }
      child.parameters += size;
      if (depth === parts.length - 1) child.shape = [...shape];
      node = child;
    });
  }
  return collapse(root);
}

function collapse(node: ModuleNode): ModuleNode {
  const children: ModuleNode[] = [];
  for (const child of node.children.map(collapse)) {
    const before = children.at(-1);
    const numbered = /^\d+$/.test(child.name) && before !== undefined && /^\d+(\.\.\d+)?$/.test(before.name);
    if (numbered && alike(before, child)) {
      before.name = `${before.name.split('..')[0]}..${child.name}`;
      before.times++;
    } else children.push(child);
  }
  return { ...node, children };
}

function alike(a: ModuleNode, b: ModuleNode): boolean {
  const form = ({ shape, children }: ModuleNode): unknown => [
    shape,
    children.map((child) => [child.name, child.times, form(child)]),
  ];
  return JSON.stringify(form(a)) === JSON.stringify(form(b));
}

/** One row per module and tensor: name, shape, weights (of all modules alike). */
export function treeRows(root: ModuleNode, count: (n: number) => string): string[][] {
  const rows: string[][] = [];
  const visit = (node: ModuleNode, depth: number) => {
    // A chain of modules with one child each is one line.
    let name = node.name;
    let inner = node;
    while (inner.children.length === 1 && inner.shape === undefined && inner.times === 1) {
      inner = inner.children[0]!;
      name += `.${inner.name}`;
    }
    const times = inner.times > 1 ? ` x${inner.times}` : '';
    const shape = inner.shape ? `[${inner.shape.join(', ')}]` : '';
    rows.push([`${'  '.repeat(depth)}${name}${times}`, shape, count(inner.parameters * inner.times)]);
    inner.children.forEach((child) => visit(child, depth + 1));
  };
  visit(root, 0);
  return rows;
}
