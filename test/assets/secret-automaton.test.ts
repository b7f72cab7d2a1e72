import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { SecretAutomaton } from '../../src/assets/secret-automaton.ts'
import { forAny } from '../support/properties.ts'

/** Of few letters, so that they overlap each other, hold each other and begin alike. */
const secrets = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\0'), minLength: 4, maxLength: 12 }), {
	minLength: 1,
	maxLength: 12,
})
const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'b', '\0', 'c'), maxLength: 80 })

/** By looking for each secret at each place. */
function naiveSpans(text: string, known: string[], isCut: boolean): number[] {
	const isIn = Array.from({ length: text.length }, () => false)
	// Spans that touch are one, those of a place between them are not.
	for (const secret of known)
		for (let at = 0; at < text.length; at++) {
			const rest = text.slice(at)
			const isBeginning = isCut && rest.length >= 4 && secret.startsWith(rest)
			if (rest.startsWith(secret) || isBeginning) isIn.fill(true, at, at + secret.length)
		}
	const spans: number[] = []
	for (let at = 0; at < text.length; at++) {
		if (isIn[at] && !isIn[at - 1]) spans.push(at)
		if (isIn[at] && !isIn[at + 1]) spans.push(at + 1)
	}
	return spans
}

test('for any secrets and text, all and only what belongs to a secret is found, at a cut end its beginning, too', () => {
	forAny(fc.tuple(secrets, texts, fc.boolean()), ([known, text, isCut]) => {
		assert.deepEqual(new SecretAutomaton(known).search(text, isCut), naiveSpans(text, known, isCut))
	})
	forAny(fc.tuple(secrets, fc.array(fc.nat(11), { maxLength: 6 })), ([known, order]) => {
		const text = order.map((index) => known[index % known.length]).join('')
		assert.deepEqual(new SecretAutomaton(known).search(text, true), naiveSpans(text, known, true))
	})
})

test('a text is looked through in one pass, however its letters and those of the secrets repeat themselves', () => {
	const prefix = 'DefaultEndpointsProtocol=https;AccountName='
	const table: [string, string[], string][] = [
		['one long run', ['a'.repeat(60_000)], 'a'.repeat(200_000)],
		['runs of all lengths', Array.from({ length: 500 }, (_, index) => 'a'.repeat(4 + index)), `${'a'.repeat(503)}b`.repeat(300)],
		['almost there', [`${'a'.repeat(50_000)}b`], `${'a'.repeat(49_999)}c`.repeat(4)],
		['one beginning', Array.from({ length: 900 }, (_, index) => `${prefix}${index}`), prefix.repeat(5_000)],
		['a period', ['ab'.repeat(20_000), `${'ab'.repeat(20_000)}b`], 'ab'.repeat(100_000)],
	]
	for (const [name, known, text] of table) {
		let looks = 0
		const letters = {
			length: text.length,
			charCodeAt: (at: number) => {
				looks++
				return text.charCodeAt(at)
			},
		}
		const spans = new SecretAutomaton(known).search(letters, false)
		assert.ok(looks <= 2 * text.length, `${name}: ${looks} looks at ${text.length} letters`)
		assert.ok(spans.length <= text.length)
	}
})

test.run()
