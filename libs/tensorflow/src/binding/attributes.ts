import type { Library } from './library.ts';

/** Kinds of operation attributes, numbered as in the C API's TF_AttrType. */
export const ATTR = {
  STRING: 0,
  INT: 1,
  FLOAT: 2,
  BOOL: 3,
  TYPE: 4,
  SHAPE: 5,
  TYPE_LIST: 6,
  FUNC: 7,
} as const;

/** One attribute of an operation, in the form tfjs-node's kernels build them. */
export interface OpAttr {
  name: string;
  type: number;
  value: boolean | number | string | readonly number[] | object;
}

const encoder = new TextEncoder();

/** Gives an eager operation (TFE_Op) an attribute. */
export function setEagerAttribute(lib: Library, op: number, attr: OpAttr, status: number): void {
  const { name, type, value } = attr;
  if (type === ATTR.TYPE) lib.TFE_OpSetAttrType(op, name, Number(value));
  else if (type === ATTR.BOOL) lib.TFE_OpSetAttrBool(op, name, value ? 1 : 0);
  else if (type === ATTR.FLOAT) lib.TFE_OpSetAttrFloat(op, name, Number(value));
  else if (type === ATTR.STRING) {
    const bytes = encoder.encode(String(value));
    lib.TFE_OpSetAttrString(op, name, bytes, bytes.length);
  } else if (type === ATTR.TYPE_LIST) {
    const list = Int32Array.from(value as number[]);
    lib.TFE_OpSetAttrTypeList(op, name, list, list.length);
  } else if (Array.isArray(value)) {
    const list = BigInt64Array.from(value as number[], BigInt);
    if (type === ATTR.SHAPE) lib.TFE_OpSetAttrShape(op, name, list, list.length, status);
    else lib.TFE_OpSetAttrIntList(op, name, list, list.length);
  } else lib.TFE_OpSetAttrInt(op, name, Number(value));
}

/** Gives a graph operation under construction (TF_OperationDescription) an attribute. */
export function setGraphAttribute(lib: Library, desc: number, { name, type, value }: OpAttr): void {
  if (type === ATTR.TYPE) lib.TF_SetAttrType(desc, name, Number(value));
  else if (type === ATTR.BOOL) lib.TF_SetAttrBool(desc, name, value ? 1 : 0);
  else if (type === ATTR.FLOAT) lib.TF_SetAttrFloat(desc, name, Number(value));
  else if (type === ATTR.STRING) {
    const bytes = encoder.encode(String(value));
    lib.TF_SetAttrString(desc, name, bytes, bytes.length);
  } else if (type === ATTR.FUNC) {
    lib.TF_SetAttrFuncName(desc, name, String(value), Buffer.byteLength(String(value)));
  } else if (type === ATTR.TYPE_LIST) {
    const list = Int32Array.from(value as number[]);
    lib.TF_SetAttrTypeList(desc, name, list, list.length);
  } else if (Array.isArray(value)) {
    const list = BigInt64Array.from(value as number[], BigInt);
    if (type === ATTR.SHAPE) lib.TF_SetAttrShape(desc, name, list, list.length);
    else lib.TF_SetAttrIntList(desc, name, list, list.length);
  } else lib.TF_SetAttrInt(desc, name, Number(value));
}
