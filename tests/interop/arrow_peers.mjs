// arrow_peers.mjs - other programs read and write Arrow: apache-arrow (JS) and ClickHouse (chdb).
//
// Start and protocol as bench/peers/peer_loop.mjs has them.
import { readFileSync, writeFileSync } from 'node:fs';
import { peer, serve } from '../../bench/peers/peer_loop.mjs';

const arrow = peer.require('apache-arrow');
const chdb = peer.require('chdb');
const { Type } = arrow;
const UNITS = ['SECOND', 'MILLISECOND', 'MICROSECOND', 'NANOSECOND'];

// --- apache-arrow: what a stream says, as raw values with their types

function kindOf(type) {
    switch (type.typeId) {
    case Type.Null: return { name: 'null' };
    case Type.Bool: return { name: 'bool' };
    case Type.Int: return { name: 'int' };
    case Type.Float: return { name: 'floatingpoint', precision: ['HALF', 'SINGLE', 'DOUBLE'][type.precision] };
    case Type.Decimal: return { name: 'decimal', scale: type.scale };
    case Type.Date: return { name: 'date', unit: ['DAY', 'MILLISECOND'][type.unit] };
    case Type.Time: return { name: 'time', unit: UNITS[type.unit] };
    case Type.Timestamp: return { name: 'timestamp', unit: UNITS[type.unit], timezone: type.timezone };
    case Type.Duration: return { name: 'duration', unit: UNITS[type.unit] };
    case Type.Utf8: case Type.LargeUtf8: return { name: 'utf8' };
    case Type.Binary: case Type.LargeBinary: case Type.FixedSizeBinary: return { name: 'binary' };
    case Type.List: return { name: 'list', items: kindOf(type.children[0].type) };
    case Type.Dictionary: return kindOf(type.dictionary);
    default: throw new Error(`no type ${type}`);
    }
}

// Numbers as stored, so that nothing is lost in a JS Date or a float.
function cell(data, row) {
    if (data.type.typeId === Type.Null || (data.nullCount > 0 && !data.getValid(row)))
        return null;
    const values = data.values;
    switch (data.type.typeId) {
    case Type.Bool: return ((values[(data.offset + row) >> 3] >> ((data.offset + row) & 7)) & 1) === 1;
    case Type.Float: {
        const number = new arrow.Vector([data]).get(row);
        return Object.is(number, -0) ? '-0' : String(number); // JSON has no -0, NaN, Infinity
    }
    case Type.Decimal: {
        let number = 0n;
        for (let i = 3; i >= 0; i--)
            number = (number << 32n) | BigInt(values[4 * row + i]);
        return String(BigInt.asIntN(128, number));
    }
    case Type.Utf8: case Type.LargeUtf8: return new arrow.Vector([data]).get(row);
    case Type.Binary: case Type.LargeBinary: case Type.FixedSizeBinary:
        return Buffer.from(new arrow.Vector([data]).get(row)).toString('hex');
    case Type.List: {
        const cells = [];
        for (let i = data.valueOffsets[row]; i < data.valueOffsets[row + 1]; i++)
            cells.push(cell(data.children[0], i));
        return cells;
    }
    case Type.Dictionary: {
        let index = Number(values[row]);
        for (const words of data.dictionary.data) {
            if (index < words.length)
                return cell(words, index);
            index -= words.length;
        }
        throw new Error('an index outside of its dictionary');
    }
    default: return String(values[values.length / data.length >= 2 ? 2 * row : row]);
    }
}

function rowsOf(table) {
    const rows = [];
    for (const batch of table.batches) {
        for (let row = 0; row < batch.numRows; row++)
            rows.push(batch.data.children.map((data) => cell(data, row)));
    }
    return rows;
}

function dump({ path }) {
    const table = arrow.tableFromIPC(readFileSync(path));
    return {
        names: table.schema.fields.map((field) => field.name), kinds: table.schema.fields.map((field) => kindOf(field.type)),
        nullable: table.schema.fields.map((field) => field.nullable), rows: rowsOf(table),
        facts: [...table.schema.metadata],
    };
}

// --- apache-arrow: what it writes

const I = (row) => (row * 2654435761) % 4294967296 - 2147483648;
const COLUMNS = {
    nothing: [new arrow.Null(), () => null],
    flag: [new arrow.Bool(), (row) => row % 3 === 0],
    i8: [new arrow.Int8(), (row) => row % 256 - 128], i16: [new arrow.Int16(), (row) => row % 65536 - 32768],
    i32: [new arrow.Int32(), I], i64: [new arrow.Int64(), (row) => BigInt(I(row)) * 4294967296n],
    u8: [new arrow.Uint8(), (row) => row % 256], u16: [new arrow.Uint16(), (row) => row * 13 % 65536],
    u32: [new arrow.Uint32(), (row) => I(row) + 2147483648],
    u64: [new arrow.Uint64(), (row) => BigInt(I(row) + 2147483648) * 4294967296n],
    f32: [new arrow.Float32(), (row) => row / 7], f64: [new arrow.Float64(), (row) => -(row + 1) / 7],
    day: [new arrow.DateDay(), (row) => new Date((row - 5000) * 86400000)],
    date64: [new arrow.DateMillisecond(), (row) => new Date(row * 86400000)],
    time32: [new arrow.TimeMillisecond(), (row) => row % 86400000],
    time64: [new arrow.TimeNanosecond(), (row) => BigInt(row) * 1000000007n],
    stamp: [new arrow.TimestampMillisecond('Europe/Amsterdam'), (row) => row * 86399999 - 1e12],
    wall: [new arrow.TimestampSecond(), (row) => row * 86399000],
    text: [new arrow.Utf8(), (row) => ['', 'a', 'größer', '"quoted", with a comma', 'line\nbreak'][row % 5] + row % 11],
    large: [new arrow.LargeUtf8(), (row) => 'x'.repeat(row % 40)],
    bytes: [new arrow.Binary(), (row) => Uint8Array.from([row % 256, 0, 255].slice(0, row % 4))],
    word: [new arrow.Dictionary(new arrow.Utf8(), new arrow.Int16()), (row) => `word ${row % 7}`],
    list: [new arrow.List(new arrow.Field('item', new arrow.Int32(), true)),
           (row) => Array.from({ length: row % 4 }, (_, i) => (i === 2 ? null : row * i))],
    words: [new arrow.List(new arrow.Field('item', new arrow.Utf8(), true)),
            (row) => Array.from({ length: row % 3 }, (_, i) => `é"${row + i}`)],
};

const SCHEMA = new arrow.Schema(Object.entries(COLUMNS).map(([name, [type]]) => new arrow.Field(name, type, true)));

function makeBatch(first, rows, hasNulls) {
    const children = Object.values(COLUMNS).map(([type, value], column) => {
        const cells = Array.from({ length: rows },
            (_, i) => (hasNulls && (first + i + column) % 5 === 0 ? null : value(first + i)));
        return arrow.vectorFromArray(cells, type).data[0];
    });
    const type = new arrow.Struct(SCHEMA.fields);
    return new arrow.RecordBatch(SCHEMA, arrow.makeData({ type, length: rows, nullCount: 0, children }));
}

/* `form` is stream or file; each part is a batch, with dictionaries of its own. */
function write({ path, form, parts, hasNulls }) {
    const writer = form === 'file' ? new arrow.RecordBatchFileWriter() : new arrow.RecordBatchStreamWriter();
    let first = 0;
    for (const rows of parts) {
        writer.write(makeBatch(first, rows, hasNulls));
        first += rows;
    }
    writer.finish();
    writeFileSync(path, writer.toUint8Array(true));
}

/* A dictionary that grows from batch to batch, written as deltas. */
function deltas({ path, batches, rows }) {
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), 7);
    const builder = arrow.makeBuilder({ type, nullValues: [null] });
    const writer = new arrow.RecordBatchStreamWriter();
    const schema = new arrow.Schema([new arrow.Field('word', type, true)]);
    for (let batch = 0; batch < batches; batch++) {
        for (let row = 0; row < rows; row++)
            builder.append(row % 4 === 3 ? null : `word ${row % (3 * (batch + 1))}`);
        const data = builder.flush();
        writer.write(new arrow.RecordBatch(schema, arrow.makeData({
            type: new arrow.Struct(schema.fields), length: rows, nullCount: 0, children: [data],
        })));
    }
    writer.finish();
    writeFileSync(path, writer.toUint8Array(true));
}

// --- ClickHouse

function clickhouse({ sql }) {
    return chdb.query(sql, 'CSV');
}

await serve({ dump, write, deltas, clickhouse });
