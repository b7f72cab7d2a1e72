/**
 * The trace that a caller's header names, as version 00 writes it; undefined where the header is none that is valid.
 * Source: w3.org/TR/trace-context
 */
export function readTraceparent(header: string | string[] | undefined): string | undefined {
	if (typeof header !== 'string') return undefined
	const [, version, trace, span, flags, more] =
		/^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(header.trim()) ?? []
	if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined
	if (/^0+$/.test(trace!) || /^0+$/.test(span!)) return undefined
	// Of the flags a later version may have more than this one knows.
	return `00-${trace}-${span}-${(Number.parseInt(flags!, 16) & 1).toString().padStart(2, '0')}`
}
