import assert from 'node:assert/strict'
import { test } from 'uvu'
import { isTooShortToMask, secretTexts } from '../../src/assets/secret-texts.ts'

test('the texts and numbers of a value give it away, and the value as a whole; names of members and short parts do not', () => {
	const table: [string, string[]][] = [
		['"secret"', ['secret']],
		['"abc"', []],
		['12345', ['12345']],
		['1.5e3', ['1500', '1.5e3']],
		['true', []],
		['null', []],
		[
			'{"password": "secret", "port": 8080, "on": true, "n": 1}',
			['secret', '8080', '{"password": "secret", "port": 8080, "on": true, "n": 1}', '{"password":"secret","port":8080,"on":true,"n":1}'],
		],
		['[["deep"]]', ['deep', '[["deep"]]']],
	]
	for (const [json, texts] of table) assert.deepEqual(secretTexts(json), texts, json)
})

test('only a text or number can be too short for a secret', () => {
	assert.deepEqual(['"abc"', '123', '""', '"abcd"', 'true', 'null', '{}', '["a"]'].map(isTooShortToMask), [
		...[true, true, true, false],
		...[false, false, false, false],
	])
})

test.run()
