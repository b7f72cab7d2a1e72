import assert from 'node:assert/strict'
import { stripVTControlCharacters } from 'node:util'
import { test } from 'uvu'
import { progressLine, progressText } from '../../src/cli/progress-line.ts'
import { RecordPrinter } from '../../src/cli/record-printer.ts'
import type { StreamRecord } from '../../src/cli/stream-record.ts'
import { fakeTerminal } from '../support/fake-terminal.ts'

const record = (streamType: string, streamText: string, value?: unknown): StreamRecord => ({
	properties: { time: '2026-11-21T12:00:00.000Z', streamType, streamText: `${streamText}\r\n`, ...(value ? { value: { value } } : {}) },
})
const progress = (percentComplete: number) => record('Progress', 'Copying', { activity: 'Copying', status: 'file', percentComplete })

test('for people a record is its text, with the name of its stream unless it is Output', () => {
	const terminal = fakeTerminal({ isTTY: false })
	const printer = new RecordPrinter(terminal, 'table')
	for (const streamType of ['Output', 'Warning', 'Error', 'Verbose', 'Progress']) printer.record(record(streamType, `a ${streamType}`))
	printer.end()
	assert.equal(terminal.out(), 'a Output\nWARNING: a Warning\nERROR: a Error\nVERBOSE: a Verbose\nPROGRESS: a Progress\n')
	assert.equal(terminal.err(), '')
})

test('for programs a record is one line, as the API has it', () => {
	const terminal = fakeTerminal({ isTTY: true })
	const printer = new RecordPrinter(terminal, 'json')
	for (const each of [record('Output', 'one\ntwo'), progress(5)]) printer.record(each)
	assert.deepEqual(
		terminal
			.out()
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line)),
		[record('Output', 'one\ntwo'), progress(5)],
	)
	assert.equal(terminal.err(), '')
})

test('on a terminal progress is a bar below the other records, gone at the end', () => {
	const terminal = fakeTerminal({ isTTY: true })
	const printer = new RecordPrinter(terminal, 'table')
	printer.record(progress(50))
	printer.record(record('Warning', 'careful'))
	printer.record(progress(75))
	printer.end()
	printer.record(record('Output', 'last'))
	const bar = (part: number, percent: number) => `[${'#'.repeat(part)}${'-'.repeat(24 - part)}]  ${percent} % Copying: file`
	const drawn = terminal.err().split('\r\x1b[K').map(stripVTControlCharacters)
	assert.deepEqual(drawn, [bar(12, 50), bar(12, 50), bar(18, 75), ''])
	assert.equal(stripVTControlCharacters(terminal.out()), 'WARNING: careful\nlast\n')
})

test('a record of Azure has no members to draw: its text is shown', () => {
	const terminal = fakeTerminal({ isTTY: true, columns: 0 })
	new RecordPrinter(terminal, 'table').record(record('Progress', 'Loading modules'))
	assert.equal(stripVTControlCharacters(terminal.err()), 'Loading modules')
})

test('a terminal that cannot write over a line gets progress as lines', () => {
	const terminal = fakeTerminal({ isTTY: true }, { TERM: 'dumb' })
	new RecordPrinter(terminal, 'table').record(record('Progress', 'Copying: file (50 %)'))
	assert.deepEqual([terminal.out(), terminal.err()], ['PROGRESS: Copying: file (50 %)\n', ''])
})

test('what a runbook writes cannot move the cursor', () => {
	const terminal = fakeTerminal({ isTTY: true })
	new RecordPrinter(terminal, 'table').record(record('Output', '\u001b[2J\u001b]0;title\u0007one\ttab\nline\u009b1A\r'))
	assert.equal(terminal.out(), 'one\ttab\nline\n')
})

test('a bar fits into its line, and holds odd numbers', () => {
	assert.equal(progressLine({ activity: 'Copying', percentComplete: 101 }, 80), `[${'#'.repeat(24)}] 100 % Copying`)
	assert.equal(progressLine({ activity: 'Copying', percentComplete: Number.NaN }, 80), `[${'-'.repeat(24)}]   0 % Copying`)
	assert.equal(progressLine({ activity: 'A\nB', status: 'x' }, 80), 'A B: x')
	assert.equal(progressLine({ activity: 'Copying' }, 5), 'Copy')
	assert.equal(progressText({ activity: 'Copying', status: 'file', percentComplete: 5 }), 'Copying: file (5 %)')
	assert.equal(progressText({ activity: 'Copying' }), 'Copying')
})

test.run()
