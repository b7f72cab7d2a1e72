import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { SecretMask } from '../../src/assets/secret-mask.ts'
import { secretTexts } from '../../src/assets/secret-texts.ts'
import { recordJson } from '../../src/streams/cut-record.ts'
import { forAny } from '../support/properties.ts'

function maskOf(...secrets: string[]): SecretMask {
	const mask = new SecretMask()
	assert.equal(mask.add(secrets), true)
	return mask
}

/** Without the mask's own sign, which would make secrets of its own with what stands beside. */
const secret = fc.string({ unit: 'binary', minLength: 4, maxLength: 40 }).filter((text) => text.trim().length >= 4 && !text.includes('*'))
const around = fc.string({ unit: 'binary', maxLength: 20 })
const encodings: Record<string, (text: string) => string> = {
	plain: (text) => text,
	json: (text) => JSON.stringify(text),
	'json twice': (text) => JSON.stringify(JSON.stringify(text)),
	component: (text) => encodeURIComponent(text.toWellFormed()),
	'component, lower case': (text) => encodeURIComponent(text.toWellFormed()).replace(/%../g, (code) => code.toLowerCase()),
	uri: (text) => encodeURI(text.toWellFormed()),
	form: (text) => new URLSearchParams({ q: text }).toString(),
}

test('for any secret, in any encoding that is known, nothing of it survives in the text around it', () => {
	forAny(fc.tuple(secret, around, around, fc.constantFrom(...Object.keys(encodings))), ([text, before, after, encoding]) => {
		const encoded = encodings[encoding]!(text)
		const masked = maskOf(text).text(before + encoded + after)
		assert.ok(!masked.includes(encodings[encoding]!(text)), JSON.stringify({ encoding, masked }))
		assert.ok(masked.includes('***'))
	})
})

test('for any secret in the midst of base64, of either alphabet, the bytes cannot be had back', () => {
	const bytes = fc.uint8Array({ maxLength: 9 })
	forAny(fc.tuple(secret, bytes, bytes, fc.constantFrom('base64' as const, 'base64url' as const)), ([text, before, after, encoding]) => {
		const encoded = Buffer.concat([before, Buffer.from(text), after]).toString(encoding)
		const masked = maskOf(text).text(`at ${encoded}.`)
		assert.match(masked, /\*\*\*/)
		// What is left are the groups of the bytes beside it, and no more.
		const left = masked.replace('at ', '').replace('***', '').replace(/[.=]/g, '').length
		assert.ok(left <= Math.ceil((before.length * 8) / 6) + Math.ceil((after.length * 8) / 6) + 1, masked)
	})
})

test('for any JSON with a secret somewhere in it, the record stays JSON and the secret is in none of its texts, names and numbers', () => {
	const values = fc.tuple(secret, fc.jsonValue(), fc.constantFrom('text', 'name', 'within'))
	forAny(values, ([text, json, place]) => {
		const holder = place === 'name' ? { [text]: json } : place === 'text' ? [json, text] : { a: `${'x'.repeat(3)}${text}y`, json }
		const masked = maskOf(text).json(recordJson(holder))
		const texts: string[] = []
		JSON.parse(masked, (name, value) => {
			texts.push(name, typeof value === 'object' ? '' : String(value))
			return value
		})
		assert.ok(!texts.some((each) => each.includes(text)), masked)
		assert.match(masked, /\*\*\*/)
	})
})

test('for any JSON without a secret in it, the record comes back as it was, to the letter', () => {
	const mask = maskOf('nowhere to be found', '1234567890123')
	forAny(fc.json(), (json) => assert.equal(mask.json(json), json))
})

test('secrets that overlap are masked whole, in whichever order they were added', () => {
	for (const secrets of [
		['abcde', 'defghi'],
		['defghi', 'abcde'],
	])
		assert.equal(maskOf(...secrets).text('xx abcdefghi yy'), 'xx *** yy')
	assert.equal(maskOf('pass', 'password').text('password, pass'), '***, ***')
	assert.equal(maskOf('secret').text('secretsecret'), '***')
	assert.equal(maskOf('aaaa').text('aaaaaa b'), '*** b')
})

test('numbers, escapes and long numbers are masked in JSON, and the rest is left', () => {
	const mask = maskOf('1234', '12345678901234567890', 'caf\u00e9 au lait')
	const table: [string, string][] = [
		['{"pin":1234,"n":0.1}', '{"pin":"***","n":0.1}'],
		['[12345678901234567890]', '["***"]'],
		['"caf\\u00e9 au lait"', '"***"'],
		['{"a\\\\b":"x"}', '{"a\\\\b":"x"}'],
		['{"1234":1}', '{"***":1}'],
		['[true,null]', '[true,null]'],
	]
	for (const [json, expected] of table) assert.equal(mask.json(json), expected)
	const deep = `${'['.repeat(200_000)}"\\n"${']'.repeat(200_000)}`
	assert.equal(mask.json(deep), '"***"')
})

test('a secret of several lines is masked line by line, too', () => {
	const key = '-----BEGIN KEY-----\nMIIEvQ\nIBADAN\n-----END KEY-----'
	const mask = maskOf(...secretTexts(JSON.stringify(key)))
	for (const line of key.split('\n')) assert.equal(mask.text(`  ${line}`), '  ***')
	assert.equal(mask.text(key), '***')
})

test('the beginning of a secret at the cut end of a record or exception is masked', () => {
	const secret = 'S'.repeat(500) + 'T'.repeat(1_048_070)
	const mask = maskOf(secret)
	const cut = recordJson(`it is ${secret}`)
	assert.match(JSON.parse(mask.json(cut)) as string, /^it is \*\*\*… \[cut: \d+ bytes/)
	assert.equal(mask.text(`${'x'.repeat(65_530)}SSSSST`.slice(0, 65_536)).includes('SSSS'), true)
	assert.equal(mask.text(`${'x'.repeat(65_530)}SSSSSS`), `${'x'.repeat(65_530)}***`)
	assert.equal(mask.text('short SSSSSS'), 'short SSSSSS')
})

test('what is too short is not masked; more than can be masked is refused whole', () => {
	const mask = maskOf('abc')
	assert.equal(mask.text('abc'), 'abc')
	assert.equal(mask.add(['x'.repeat(2_500_000)]), true)
	assert.equal(mask.isHalfFull, true)
	assert.equal(mask.add(['y'.repeat(2_000_000), 'hidden']), false)
	assert.equal(mask.text('hidden'), 'hidden')
	assert.equal(mask.add(Array.from({ length: 2_001 }, (_, index) => `secret ${index}`)), false)
})

test('many secrets cost no more than few', () => {
	const mask = maskOf(...Array.from({ length: 2_000 }, (_, index) => `secret number ${index} of many`))
	const json = JSON.stringify('lorem ipsum secret '.repeat(50_000))
	const since = performance.now()
	mask.json(json)
	const took = performance.now() - since
	assert.ok(took < 2_000, `${took} ms`)
})

test.run()
