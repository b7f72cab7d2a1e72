import { deepEqual, equal } from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { bodyText, contentFindings, titleOf } from '../../../../runbooks/lib/check-endpoints/content.ts'
import { forAny } from '../../../support/properties.ts'

const page = '<html><head><title>Shop &amp; more</title></head><body>Welcome back</body></html>'
for (const [expected, body, findings] of [
	[{}, '', []],
	[{ expectText: ['Welcome'] }, page, []],
	[{ expectText: ['welcome'] }, page, ['Content(expectText)']],
	[{ expectText: ['Welcome', 'Basket', 'back'] }, page, ['Content(expectText[1])']],
	[{ expectTitle: 'Shop & more' }, page, []],
	[{ expectTitle: ' Shop  &\nmore ' }, page, []],
	[{ expectTitle: 'Shop' }, page, ['Content(expectTitle)']],
	[{ expectTitle: 'Shop' }, 'no page', ['Content(expectTitle)']],
	[{ expectNotText: ['not found'] }, page, []],
	[{ expectNotText: ['not found'] }, 'Page not found', ['SoftNotFound']],
	[{ expectNotText: ['oops', 'not found'] }, 'Page not found', ['SoftNotFound']],
	[{ expectText: ['Welcome'], expectNotText: ['not found'] }, 'Page not found', ['Content(expectText)', 'SoftNotFound']],
	[{ expectJson: { status: 'up' } }, '\uFEFF{"status":"up"}', []],
	[
		{ expectJson: { status: 'up', 'db.ok': true } },
		'{"status":"down","db":{"ok":false}}',
		['Content(expectJson status)', 'Content(expectJson db.ok)'],
	],
	[{ expectJson: { status: 'up', 'db.ok': true } }, page, ['Content(expectJson)']],
	[{ expectJson: {} }, page, []],
] as const) {
	test(`of ${JSON.stringify(body.slice(0, 30))} with ${JSON.stringify(expected)} is found: ${findings.join(', ') || 'nothing'}`, () => {
		deepEqual(contentFindings(structuredClone(expected) as Parameters<typeof contentFindings>[0], body), findings)
	})
}

for (const [html, title] of [
	['<TITLE lang="en">\n  A\tB \n</TITLE >', 'A B'],
	['<title></title>', ''],
	['<title>1 < 2</title>', '1 < 2'],
	['<title>&#65;&#x42;&lt;&nosuch;&#xFFFFFF;</title>', 'AB<&nosuch;&#xFFFFFF;'],
	['<title>first</title><title>second</title>', 'first'],
	['<titles>no</titles>', undefined],
	['<title>cut in the mid', undefined],
	['', undefined],
] as const) {
	test(`the title of ${html || 'nothing'} is ${title ?? 'missing'}`, () => equal(titleOf(html), title))
}

test('for any text as title of a page, it is found there', () => {
	const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
	forAny(fc.string({ unit: 'grapheme', minLength: 1 }), (title) => {
		const html = `<head><title>${title.replace(/[&<>]/g, (character) => escapes[character]!)}</title></head>`
		deepEqual(contentFindings({ expectTitle: title }, html), [])
	})
})

test('for any page, reading its title ends', () => {
	forAny(fc.array(fc.constantFrom('<title', '>', '</title', '<', 'a', '&#', ';', ' ')), (parts) => void titleOf(parts.join('')))
})

test('a large page of opened titles is read at once', () => {
	const since = performance.now()
	equal(titleOf('<title><'.repeat(32_768)), undefined)
	equal(performance.now() - since < 2_000, true)
})

test('the text of a body is read by its charset, and as UTF-8 when that says nothing', () => {
	equal(bodyText(Buffer.from([0xe9]), 'text/html; charset=ISO-8859-1'), 'é')
	equal(bodyText(Buffer.from('é'), 'text/html; charset="nonsense"'), 'é')
	equal(bodyText(Buffer.from('é')), 'é')
})

test.run()
