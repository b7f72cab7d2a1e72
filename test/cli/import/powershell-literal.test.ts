import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { readLiteral } from '../../../src/cli/import/powershell-literal.ts'
import { forAny } from '../../support/properties.ts'

test('literals are read as PowerShell reads them', () => {
	const table: [string, unknown][] = [
		["'abc'", 'abc'],
		["'it''s'", "it's"],
		['"abc"', 'abc'],
		['"say ""hi"""', 'say "hi"'],
		['10', 10],
		['-1.5e3', -1500],
		['$true', true],
		['$False', false],
		['$null', null],
		["@('a', 'b')", ['a', 'b']],
		["'a','b'", ['a', 'b']],
		['@( )', []],
		["@(\n'a'\n'b'\n)", ['a', 'b']],
		['@(1, @(2))', [1, [2]]],
		["@{ Name = 'a'; 'the count' = 2 }", { Name: 'a', 'the count': 2 }],
		['@{a=1\nb=@{c=$true}}', { a: 1, b: { c: true } }],
		['@{}', {}],
		["  'abc'  ", 'abc'],
	]
	for (const [text, value] of table) assert.deepEqual(readLiteral(text), { value }, text)
})

test('what would have to be run, or is no literal, is not read', () => {
	const texts = ['', 'abc', '(Get-Date)', '"$env:PATH"', '"a`nb"', '$x', '$trueish', '1kb', '0x10', '[int]1', "'a' + 'b'", "'open", "@('a'"]
	for (const text of [...texts, '@{a}', "@{__proto__='x'}", '9007199254740993', '1..3', "'a',", '@('.repeat(50) + ')'.repeat(50)])
		assert.equal(readLiteral(text), undefined, text)
	assert.equal(readLiteral(`'${'x'.repeat(10_000)}'`), undefined)
})

test('for any text, quoting it and reading it gives it back', () => {
	forAny(fc.string({ maxLength: 200 }), (text) => {
		assert.deepEqual(readLiteral(`'${text.replaceAll("'", "''")}'`), { value: text })
	})
})

test('for any text, reading ends with a value or none', () => {
	forAny(fc.string({ unit: fc.constantFrom(...`@(){}='", ;$truenl01.\n`), maxLength: 60 }), (text) => void readLiteral(text))
})

test.run()
