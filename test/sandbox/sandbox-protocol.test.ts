import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import fc from 'fast-check'
import { test } from 'uvu'
import { readLines } from '../../src/sandbox/report-lines.ts'
import { keptStreams, type Report, readReport, reportLine } from '../../src/sandbox/sandbox-protocol.ts'
import { streamTypes } from '../../src/streams/job-stream.ts'
import { forAny } from '../support/properties.ts'
import { runbookContent } from '../support/runbook-content.ts'

const text = fc.string({ unit: 'binary' })
const record = fc
	.tuple(fc.nat(), fc.constantFrom(...streamTypes), fc.oneof(fc.jsonValue(), text))
	.map(([time, streamType, value]) => ({ time, streamType, json: JSON.stringify(value) }))
const reports: fc.Arbitrary<Report> = fc.oneof(
	record.map((each) => ({ kind: 'record' as const, record: each })),
	fc.array(record).map((records) => ({ kind: 'tail' as const, records })),
	fc.option(text).map((exception) => ({ kind: 'ended' as const, exception })),
	fc.array(text).map((leftBehind) => ({ kind: 'settled' as const, leftBehind })),
	text.map((because) => ({ kind: 'spoiled' as const, because })),
	fc.constantFrom<Report>({ kind: 'ready' }, { kind: 'started' }, { kind: 'flushed' }),
)

test('for any reports, what is read from the pipe is what was written, however it is cut on the way', () => {
	forAny(fc.tuple(fc.array(reports), fc.integer({ min: 1, max: 40 })), ([sent, size]) => {
		const bytes = Buffer.from(sent.map(reportLine).join(''))
		const pipe = new PassThrough()
		const read: (Report | undefined)[] = []
		readLines(
			pipe,
			(line) => read.push(readReport(line)),
			() => assert.fail('No line is too long.'),
		)
		// Told by hand: a stream would tell it later.
		for (let at = 0; at < bytes.length; at += size) pipe.emit('data', decoded(pipe, bytes.subarray(at, at + size)))
		assert.deepEqual(read, sent)
	})
})

const decoders = new WeakMap<object, StringDecoder>()
function decoded(pipe: object, bytes: Buffer): string {
	const decoder = decoders.get(pipe) ?? new StringDecoder('utf8')
	decoders.set(pipe, decoder)
	return decoder.write(bytes)
}

test('for any line that no sandbox writes there is no report', () => {
	for (const line of ['', '{', '{"kind":"other"}', '{"kind":"tail","records":[{}]}', '{"kind":"settled"}', 'null', '[]'])
		assert.equal(readReport(line), undefined, line)
	for (const line of ['1\tOutput\t', '1\tOutput\tno json', '1\tOther\t1', 'x\tOutput\t1', '\tOutput', '1.5\tOutput\t1'])
		assert.equal(readReport(line), undefined, line)
	forAny(text, (line) => {
		const report = readReport(line)
		assert.ok(report === undefined || report.kind === 'record')
	})
})

test('Verbose, Progress and Debug are kept where the runbook declares them', () => {
	const kept = (settings: object) => keptStreams(runbookContent({}, settings).definition)
	assert.deepEqual(kept({}), ['Output', 'Warning', 'Error'])
	assert.deepEqual(kept({ logVerbose: true, logDebug: true }), ['Output', 'Warning', 'Error', 'Verbose', 'Debug'])
	assert.deepEqual(kept({ logProgress: true }), ['Output', 'Warning', 'Error', 'Progress'])
})

test.run()
