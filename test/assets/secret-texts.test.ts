import assert from 'node:assert/strict'
import { test } from 'uvu'
import { secretFault, secretTexts } from '../../src/assets/secret-texts.ts'

test('the texts and numbers of a value give it away, and the value as a whole; names of members and short parts do not', () => {
	const table: [string, string[]][] = [
		['"secret"', ['secret']],
		['"abc"', []],
		['12345', ['12345']],
		['1.5e3', ['1500', '1.5e3']],
		['true', []],
		['null', []],
		['"null"', ['null']],
		[
			'{"password": "secret", "port": 8080, "on": true, "n": 1}',
			['secret', '8080', '{"password": "secret", "port": 8080, "on": true, "n": 1}', '{"password":"secret","port":8080,"on":true,"n":1}'],
		],
		['"one line\\nand  \\r\\nanother"', ['one line\nand  \r\nanother', 'one line', 'another']],
		['"  padded secret\\t"', ['padded secret']],
		['"\\ufeffa: secret\\n  b: other\\n"', ['a: secret\n  b: other', 'a: secret', 'b: other']],
		['[["deep"]]', ['deep', '[["deep"]]']],
	]
	for (const [json, texts] of table) assert.deepEqual(secretTexts(json).toSorted(), texts.toSorted(), json)
})

test('a text or number can be too short for a secret, and a value too long', () => {
	const fault = (json: string) => secretFault(json, 'It')
	for (const json of ['"abc"', '123', '""', '"    "']) assert.match(fault(json)!, /^It has at least 4 characters: /, json)
	for (const json of ['"abcd"', 'true', 'null', '{}', '["a"]', `"${'x'.repeat(1_000_000)}"`])
		assert.equal(fault(json), undefined, json.slice(0, 20))
	for (const many of [
		Array.from({ length: 1_001 }, (_, index) => `text ${index}`),
		'a line\n'.repeat(1) + Array.from({ length: 1_000 }, (_, index) => `line ${index}`).join('\n'),
	])
		assert.match(fault(JSON.stringify(many))!, /^It has at most 1000 texts, numbers and lines: /)
})

test('a value may be nested deeper than the stack goes', () => {
	const json = `${'['.repeat(500_000)}"secret"${']'.repeat(500_000)}`
	assert.deepEqual(secretTexts(json), ['secret'])
})

test.run()
