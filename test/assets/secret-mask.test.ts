import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { test } from 'uvu'
import { SecretMask } from '../../src/assets/secret-mask.ts'
import { secretTexts } from '../../src/assets/secret-texts.ts'
import { EXCEPTION_LENGTH_MAX } from '../../src/limits.ts'
import { recordJson } from '../../src/streams/cut-record.ts'
import { forAny } from '../support/properties.ts'

function maskOf(...secrets: string[]): SecretMask {
	const mask = new SecretMask()
	assert.equal(mask.add(secrets), true)
	return mask
}

/** Without the mask's own sign, which would make secrets of its own with what stands beside. */
const units = [fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.constantFrom(...'&;+"\'<>%\\`|^~!$()=:@[]{}/?# aé€😀')]
const secret = fc
	.string({ unit: fc.oneof(...units), minLength: 4, maxLength: 40 })
	.filter((text) => text.trim().length >= 4 && !text.includes('*'))
const around = fc.string({ unit: 'binary', maxLength: 20 })
const encodings: Record<string, (text: string) => string> = {
	plain: (text) => text,
	json: (text) => JSON.stringify(text),
	'json twice': (text) => JSON.stringify(JSON.stringify(text)),
	'json of ASCII': (text) => JSON.stringify(text).replace(/[^ -~]/g, (letter) => unicodeEscape(letter)),
	'json of .NET': (text) =>
		JSON.stringify(text).replace(/[^ -~]|[&<>'+]/g, (letter) => unicodeEscape(letter).toUpperCase().replace('U', 'u')),
	'json with slashes escaped': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
	component: (text) => encodeURIComponent(text.toWellFormed()),
	'component, lower case': (text) => encodeURIComponent(text.toWellFormed()).replace(/%../g, (code) => code.toLowerCase()),
	'component of RFC 3986': (text) =>
		encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`),
	'every byte': (text) => Buffer.from(text).toString('hex').replace(/../g, '%$&'),
	uri: (text) => encodeURI(text.toWellFormed()),
	form: (text) => new URLSearchParams({ q: text }).toString(),
	'url in json': (text) => JSON.stringify(`https://h/?q=${encodeURIComponent(text.toWellFormed())}`),
	'json in a url': (text) => encodeURIComponent(JSON.stringify(text)),
	html: (text) => text.replace(/[&<>"']/g, (sign) => htmlNames[sign]!),
	'html by numbers': (text) => text.replace(/[^\w ]/gu, (sign) => `&#${sign.codePointAt(0)};`),
	'html by hexadecimal numbers': (text) => text.replace(/[^\w ]/gu, (sign) => `&#x${sign.codePointAt(0)!.toString(16)};`),
	'html of json': (text) => JSON.stringify(text).replace(/[&<>"']/g, (sign) => htmlNames[sign]!),
	inspect: (text) => inspect(text),
	'inspect, with all quotation marks': (text) => inspect(`"'\`${text}`).slice(4),
	'json of inspect': (text) => JSON.stringify(inspect(text)),
	'base64 in json': (text) => JSON.stringify(Buffer.from(text).toString('base64')).replaceAll('/', '\\/'),
	'base64 in a url': (text) => encodeURIComponent(Buffer.from(`u:${text}`).toString('base64')),
}
const htmlNames: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function unicodeEscape(letters: string): string {
	return letters.replace(/./gs, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** What the parts of a URL make of a text; what they make of white space at their ends and of path separators is no writing of it. */
const urlParts: Record<string, (text: string) => string> = {
	user: (text) => Object.assign(new URL('https://h'), { username: text }).href,
	password: (text) => Object.assign(new URL('postgres://ada@h/db'), { password: text }).href,
	path: (text) => Object.assign(new URL('https://h'), { pathname: `/a/${text}/b` }).href,
	query: (text) => Object.assign(new URL('https://h'), { search: `k=${text}&l` }).href,
	'query of another scheme': (text) => Object.assign(new URL('x://h'), { search: `k=${text}&l` }).href,
	hash: (text) => Object.assign(new URL('https://h'), { hash: `#a${text}b` }).href,
}

test('for any secret in any part of a URL, nothing of it survives, with digits of either case', () => {
	// At its end half of an escape is made whole by what stands behind it.
	const fit = secret.filter((text) => !/[\t\n\r]|%[89a-f][\da-f]|%[\da-f]?$/i.test(text) && text.replace(/%[\da-f]{2}/gi, 'x').length >= 4)
	forAny(fc.tuple(fit, fc.constantFrom(...Object.keys(urlParts)), fc.boolean()), ([text, part, isLower]) => {
		const known = part === 'path' ? text.replaceAll(/[\\/.]/g, '-') : text
		const url = urlParts[part]!(known)
		const written = isLower ? url.replace(/%../g, (code) => code.toLowerCase()) : url
		const masked = maskOf(known).text(written)
		assert.match(masked, /\*\*\*/, JSON.stringify({ part, known, written, masked }))
		// Nothing but what the URL has around it.
		assert.equal(masked.replaceAll('***', '').length, urlParts[part]!('known').length - 5, JSON.stringify({ part, known, masked }))
	})
})

test('passwords as other writers write them are masked', () => {
	const table: [secret: string, text: string, masked: string][] = [
		['p@ss&word;x', 'postgres://ada:p%40ss&word%3Bx@h/db', 'postgres://ada:***@h/db'],
		['a"b\'c<d>e', 'https://h/?k=a%22b%27c%3Cd%3Ee', 'https://h/?k=***'],
		["Tom&Jerry's+1", '{"p":"Tom\\u0026Jerry\\u0027s\\u002B1"}', '{"p":"***"}'],
		['contrase\u00f1a', '"contrase\\u00F1a"', '"***"'],
		['contrase\u00f1a', 'contrase%C3%B1a contrase%c3%b1a contrase&#241;a', '*** *** ***'],
		['tok&n<x>', '<a title="tok&amp;n&lt;x&gt;">', '<a title="***">'],
		['it\'s "so" `it`', "{ x: 'it\\'s \"so\" `it`' }", "{ x: '***' }"],
		['esc\u001b[0mabc', "'esc\\x1B[0mabc'", "'***'"],
		['100%41&é', 'https://h/?k=100%41&%C3%A9', 'https://h/?k=***'],
		['my secret+1', '{"q":"my\\u002Bsecret%2B1"}', '{"q":"***"}'],
		['my secret+1', 'q=my+secret%2B1&r=my%20secret%2b1', 'q=***&r=***'],
		['p@ss&word;x', 'r=https%3A%2F%2Fh%2F%3Fp%3Dp%2540ss%2526word%253Bx', 'r=https%3A%2F%2Fh%2F%3Fp%3D***'],
	]
	for (const [known, text, masked] of table) assert.equal(maskOf(known).text(text), masked)
})

test('what looks like an escape and is none is left as it is', () => {
	const mask = maskOf('nowhere to be found', '50% done')
	for (const text of ['100% of C:\\temp\\x and \\u00g1 &nosuch; &#99999999; &#x110000; %zz %C3 \\', 'a+b&c%41'])
		assert.equal(mask.text(text), text)
	assert.equal(mask.text('it is 50% done now'), 'it is *** now')
})

test('for any secret, in any encoding that is known, nothing of it survives in the text around it', () => {
	forAny(fc.tuple(secret, around, around, fc.constantFrom(...Object.keys(encodings))), ([text, before, after, encoding]) => {
		const encoded = encodings[encoding]!(text)
		const masked = maskOf(text).text(before + encoded + after)
		assert.ok(!masked.includes(encodings[encoding]!(text)), JSON.stringify({ encoding, masked }))
		assert.ok(masked.includes('***'), JSON.stringify({ encoding, encoded }))
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

test('for any secrets, it is of no account whether they come at once or one by one, with texts masked in between', () => {
	const few = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 4, maxLength: 8 }), { minLength: 1, maxLength: 8 })
	const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 60 })
	forAny(fc.tuple(few, texts), ([secrets, text]) => {
		const mask = new SecretMask()
		for (const [index, each] of secrets.entries()) {
			// The first comes with more than what is built anew each time.
			mask.add(index === 0 ? [each, 'd'.repeat(20_000)] : [each])
			mask.text(text)
		}
		assert.equal(mask.text(text), maskOf(...secrets).text(text))
	})
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
	const odd = maskOf('ab"c\u00f1&d and more')
	const ends = [
		...['ab\\"c', 'ab\\"c\\', 'ab\\"c\\u00', 'ab\\"c\\u00f1', 'ab\\x22c\\xf', 'ab%22c%', 'ab%22c%c3', 'ab%22c%c3%b', 'ab%22c%c3%b1%2'],
		...['ab&quot;c', 'ab&quot;c&#x', 'ab&quot;c&', Buffer.from('ab"c\u00f1&').toString('base64url')],
	]
	for (const end of ends) assert.equal(odd.text(`${'x'.repeat(EXCEPTION_LENGTH_MAX)} ${end}`).slice(EXCEPTION_LENGTH_MAX), ' ***', end)
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
