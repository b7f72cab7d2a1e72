// What the body of an answer has to say. Pure; findings name the expectation and never quote the answer.
import type { Endpoint } from './endpoint.ts'
import { jsonMatches } from './json-path.ts'

type Expectations = Pick<Endpoint, 'expectText' | 'expectNotText' | 'expectTitle' | 'expectJson'>

/** Judges the body of an answer that has the right status. */
export function contentFindings(
	{ expectText = [], expectNotText = [], expectTitle, expectJson = {} }: Expectations,
	body: string,
): string[] {
	const findings = expectText.flatMap((text, index) => (body.includes(text) ? [] : [`Content(${place('expectText', index, expectText)})`]))
	if (expectTitle !== undefined && titleOf(body) !== withSingleBlanks(expectTitle)) findings.push('Content(expectTitle)')
	const paths = Object.entries(expectJson)
	if (paths.length > 0) {
		const json = parsed(body)
		if (json === undefined) findings.push('Content(expectJson)')
		else for (const [path, value] of paths) if (!jsonMatches(json.value, path, value)) findings.push(`Content(expectJson ${path})`)
	}
	// The page says in words what its status does not: that nothing was found.
	if (expectNotText.some((text) => body.includes(text))) findings.push('SoftNotFound')
	return findings
}

function place(member: string, index: number, list: unknown[]): string {
	return list.length > 1 ? `${member}[${index}]` : member
}

function parsed(body: string): { value: unknown } | undefined {
	try {
		return { value: JSON.parse(body.replace(/^\uFEFF/, '')) }
	} catch {
		return undefined
	}
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** The title of an HTML page as a browser shows it: entities read, blanks joined; undefined when it has none. */
export function titleOf(html: string): string | undefined {
	// Step by step: one expression for all of it would take minutes for a page made to that end.
	const tag = html.search(/<title[\s>]/i)
	const begin = tag < 0 ? 0 : html.indexOf('>', tag) + 1
	const length = begin === 0 ? -1 : html.slice(begin).search(/<\/title/i)
	if (length < 0) return undefined
	const raw = html.slice(begin, begin + length)
	return withSingleBlanks(
		raw.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi, (whole, decimal, hexadecimal, name) => {
			if (name !== undefined) return entities[name.toLowerCase()] ?? whole
			const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal)
			return code <= 0x10ffff ? String.fromCodePoint(code) : whole
		}),
	)
}

function withSingleBlanks(text: string): string {
	return text.replace(/\s+/g, ' ').trim()
}

/** The text of a body, by the charset that its content type names. */
export function bodyText(body: Buffer, contentType = ''): string {
	const [, charset = 'utf-8'] = /charset\s*=\s*"?([^\s";]+)/i.exec(contentType) ?? []
	try {
		return new TextDecoder(charset).decode(body)
	} catch {
		return body.toString('utf8')
	}
}
