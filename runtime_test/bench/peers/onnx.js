// Writes ONNX models of a few nodes, in protobuf's wire format: the field numbers are those of onnx.proto.

const text = new TextEncoder();

/** Types of elements. */
export const FLOAT = 1;
export const UINT8 = 2;
export const INT32 = 6;

const ARRAYS = { Float32Array: FLOAT, Uint8Array: UINT8, Int32Array: INT32 };

/** The ONNX type of a typed array. */
export const typeOf = (data) => ARRAYS[data.constructor.name];

function varint(n) {
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push(n % 128 | 128);
  return [...bytes, n];
}

const joined = (parts) => {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
};

const number = (field, n) => Uint8Array.from([...varint(field << 3), ...varint(n)]);
const float = (field, x) => joined([varint(field << 3 | 5), new Uint8Array(Float32Array.of(x).buffer)]);
const bytes = (field, b) => joined([varint(field << 3 | 2), varint(b.length), b]);
const string = (field, s) => bytes(field, text.encode(s));
const message = (field, ...parts) => bytes(field, joined(parts));

/** An attribute is an integer, a float or a string, by the key of its value. */
function attribute(name, { i, f, s }) {
  const value = i !== undefined ? [number(3, i), number(20, 2)] : f !== undefined ? [float(2, f), number(20, 1)] : [string(4, s), number(20, 3)];
  return message(5, string(1, name), ...value);
}

const node = ({ op, domain = '', inputs, outputs = ['out'], attrs = {} }) => message(1,
  ...inputs.map((name) => string(1, name)), ...outputs.map((name) => string(2, name)), string(4, op),
  ...Object.entries(attrs).map(([name, value]) => attribute(name, value)), string(7, domain));

const initializer = ([name, { data, shape }]) => message(5, ...shape.map((n) => number(1, n)), number(2, typeOf(data)),
  string(8, name), bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));

const value = (field, name, type, shape) => message(field, string(1, name),
  message(2, message(1, number(1, type), ...(shape ? [message(2, ...shape.map((n) => message(1, number(1, n))))] : []))));

/**
 * The bytes of a model with one result, `out`.
 * @param {object} o
 * @param {number} [o.opset] version of the operators
 * @param {{op: string, domain?: string, inputs: string[], outputs?: string[], attrs?: Object<string, {i?: number, f?: number, s?: string}>}[]} o.nodes
 * @param {Object<string, {data: Float32Array|Int32Array|Uint8Array, shape: number[]}>} o.inputs what it will be given
 * @param {Object<string, {data: Float32Array|Int32Array|Uint8Array, shape: number[]}>} [o.weights] kept in the model
 */
export function model({ opset = 21, nodes, inputs, weights = {} }) {
  return joined([
    number(1, 10), // ir_version
    message(7, ...nodes.map(node), string(2, 'g'), ...Object.entries(weights).map(initializer),
      ...Object.entries(inputs).map(([name, { data, shape }]) => value(11, name, typeOf(data), shape)), value(12, 'out', FLOAT)),
    message(8, string(1, ''), number(2, opset)),
    message(8, string(1, 'com.microsoft'), number(2, 1)),
  ]);
}
