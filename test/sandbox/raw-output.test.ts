import assert from 'node:assert/strict'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { test } from 'uvu'
import { STREAM_RECORD_BYTES_MAX } from '../../src/limits.ts'
import { RawOutput } from '../../src/sandbox/raw-output.ts'
import { forAny } from '../support/properties.ts'

function rawOutput() {
	const stream = new PassThrough()
	const lines: string[] = []
	return { stream, lines, output: new RawOutput(stream, (line) => lines.push(line)) }
}

test('for any text, its lines are told up to the mark, however they are cut on the way', () => {
	const line = fc.string({ unit: fc.constantFrom('a', 'b', 'ü', ' ') })
	forAny(fc.tuple(fc.array(line), fc.boolean(), fc.integer({ min: 1, max: 9 })), ([lines, ended, size]) => {
		const { stream, lines: told, output } = rawOutput()
		const mark = output.untilMark('MARK')
		const text = `${lines.join('\n')}${ended && lines.length > 0 ? '\n' : ''}MARK\nafter\n`
		for (let at = 0; at < text.length; at += size) stream.emit('data', text.slice(at, at + size))
		const last = lines.at(-1) === '' && !ended ? lines.slice(0, -1) : lines
		assert.deepEqual(told, [...last, 'after'])
		void mark
	})
})

test('a mark that stands behind a line without end is found, also when it arrives in parts', async () => {
	const { stream, lines, output } = rawOutput()
	const mark = output.untilMark('MARK')
	stream.write('x'.repeat(STREAM_RECORD_BYTES_MAX))
	stream.write(`${'x'.repeat(STREAM_RECORD_BYTES_MAX)}MA`)
	stream.write('RK\n')
	await mark
	assert.equal(
		lines.reduce((sum, line) => sum + line.length, 0),
		2 * STREAM_RECORD_BYTES_MAX,
	)
})

test('a stream that closes without a mark ends the waiting, also that of later jobs', async () => {
	const { stream, lines, output } = rawOutput()
	const mark = output.untilMark('MARK')
	stream.write('no end')
	stream.end()
	await once(stream, 'close')
	await mark
	assert.deepEqual([lines, output.closed], [['no end'], true])
	await output.untilMark('NEXT')
})

test.run()
