// biome-ignore-all lint/suspicious/noControlCharactersInRegex: they are what is looked for
import assert from 'node:assert/strict'
import { test } from 'uvu'
import { facts, parameterFacts, table } from '../../src/cli/table.ts'
import { fakeTerminal } from '../support/fake-terminal.ts'

const pipe = fakeTerminal({ isTTY: false })
const screen = fakeTerminal({ isTTY: true })
const columns = [
	{ heading: 'name', text: (row: string[]) => row[0]! },
	{ heading: 'state', text: (row: string[]) => row[1]!, format: () => 'green' as const },
	{ heading: 'note', text: (row: string[]) => row[2]! },
]

test('columns are as wide as their widest text, without blanks at the end', () => {
	const rows = [
		['hello', 'enabled', ''],
		['a-longer-name', 'off', 'x'],
	]
	assert.equal(table(pipe, rows, columns), 'NAME           STATE    NOTE\nhello          enabled\na-longer-name  off      x')
})

test('a row stays one line, whatever a text holds', () => {
	const text = table(pipe, [['a\nb', '\u001b[2Jclear\u0007', 'x'.repeat(100)]], columns)
	assert.equal(text.split('\n')[1], `a b   clear  ${'x'.repeat(79)}…`)
})

test('colour is for terminals, unless NO_COLOR says otherwise', () => {
	assert.match(table(screen, [['a', 'b', 'c']], columns), /\u001b\[32mb/)
	assert.doesNotMatch(table(pipe, [['a', 'b', 'c']], columns), /\u001b/)
	for (const environment of [{ NO_COLOR: '1' }, { TERM: 'dumb' }])
		assert.doesNotMatch(table(fakeTerminal({ isTTY: true }, environment), [['a', 'b', 'c']], columns), /\u001b/)
})

test('facts without a text are left out, and a text of several lines stands in its column', () => {
	const text = facts(pipe, [
		['Name', 'hello'],
		['Exception', 'Error: no\n    at run'],
		['Started', undefined],
		['Ended', null],
		['Description', ''],
		...parameterFacts({ name: 'Ada', seconds: '5' }),
		...parameterFacts(null),
	])
	assert.equal(
		text,
		['Name        hello', 'Exception   Error: no', '                at run', 'Parameters  name = Ada', '            seconds = 5'].join(
			'\n',
		),
	)
	assert.match(facts(screen, [['Status', 'Failed', 'red']]), /\u001b\[31mFailed/)
})

test.run()
