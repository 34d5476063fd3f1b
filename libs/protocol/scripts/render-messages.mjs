/** Renders messages.ts: TypeScript types of messages as plain objects, from protobufjs reflection. */

const scalars = { string: 'string', bool: 'boolean', bytes: 'Uint8Array', double: 'number', float: 'number' };
for (const name of ['uint32', 'int32', 'sint32', 'fixed32', 'sfixed32']) scalars[name] = 'number';

function doc(comment, indent) {
  if (!comment) return '';
  const lines = comment.split('\n');
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}

function valueType(field, protobuf) {
  let type;
  if (field.resolvedType instanceof protobuf.Type) type = field.resolvedType.name;
  else if (field.resolvedType instanceof protobuf.Enum) type = field.resolvedType.name;
  else type = scalars[field.type];
  if (type === undefined) throw new Error(`${field.fullName}: type ${field.type} has no plain number form`);
  if (field.map) return `Record<string, ${type}>`;
  return field.repeated ? `${type}[]` : type;
}

function enumeration(e) {
  const prefix = `${e.name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()}_`;
  const short = (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  const rows = Object.entries(e.values).map(
    ([name, value]) => `${doc(e.comments[name], '  ')}  ${short(name)}: ${value},\n`,
  );
  return (
    `${doc(e.comment, '')}export const ${e.name} = {\n${rows.join('')}} as const;\n` +
    `export type ${e.name} = (typeof ${e.name})[keyof typeof ${e.name}];\n`
  );
}

function message(type, protobuf) {
  const oneofs = type.oneofsArray.filter((o) => !o.isProto3Optional);
  const plain = type.fieldsArray.filter((f) => !f.partOf || f.partOf.isProto3Optional);
  const rows = plain.map((field) => {
    // Message fields and proto3 `optional` fields can be absent; everything else has its default.
    const message = field.resolvedType instanceof protobuf.Type && !field.repeated && !field.map;
    const absent = message || Boolean(field.partOf);
    const either = message ? ' | null' : '';
    return `${doc(field.comment, '  ')}  ${field.name}${absent ? '?' : ''}: ${valueType(field, protobuf)}${either};\n`;
  });
  const input = `export type ${type.name}Input = ${type.fullName.slice(1)}.$Shape;\n`;
  const body = rows.length > 0 ? `{\n${rows.join('')}}` : '{}';
  const heading = doc(type.comment, '');
  if (oneofs.length === 0) {
    if (rows.length === 0) return `${heading}export type ${type.name} = Record<string, never>;\n${input}`;
    return `${heading}export interface ${type.name} ${body}\n${input}`;
  }
  const unions = oneofs.map((oneof) => {
    const cases = oneof.fieldsArray.map(
      (field) => `  | { ${oneof.name}: '${field.name}'; ${field.name}: ${valueType(field, protobuf)} }\n`,
    );
    return `(\n${cases.join('')}  | { ${oneof.name}?: undefined }\n)`;
  });
  const parts = rows.length > 0 ? [body, ...unions] : unions;
  return `${heading}export type ${type.name} = ${parts.join(' & ')};\n${input}`;
}

export function renderMessages(root, protobuf) {
  const blocks = [];
  const names = new Set();
  const visit = (namespace) => {
    for (const child of namespace.nestedArray) {
      if (child instanceof protobuf.Enum || child instanceof protobuf.Type) {
        if (names.has(child.name)) throw new Error(`two messages are called ${child.name}`);
        names.add(child.name);
        blocks.push(child instanceof protobuf.Enum ? enumeration(child) : message(child, protobuf));
      } else if (child instanceof protobuf.Namespace) visit(child);
    }
  };
  visit(root);
  return (
    '// Generated from proto/ by libs/protocol/scripts/generate.mjs: do not edit.\n' +
    '// X is a message as it is received: a plain object, every field present, a oneof as a discriminated union.\n' +
    '// XInput is a message to send: fields that are left out have their default.\n' +
    "import type { ovis } from './ovis.js';\n\n" +
    blocks.join('\n')
  );
}
