/** One sample of a metric. */
type Sample = { name: string; labels: Record<string, string>; value: number }
export type Family = { type: string; help: string; samples: Sample[] }

const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const labelPattern = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y
const suffixes: Record<string, string[]> = { histogram: ['_bucket', '_sum', '_count'], summary: ['', '_sum', '_count'] }

/** Reads Prometheus' text format 0.0.4, and throws an Error at whatever does not follow it to the letter. */
export function readPrometheusText(text: string): Map<string, Family> {
	if (!text.endsWith('\n')) throw new Error('The last line does not end.')
	const families = new Map<string, Family>()
	const seen = new Set<string>()
	let current: [string, Family] | undefined
	for (const line of text.split('\n')) {
		if (line === '') continue
		const [, help, ofHelp] = /^# HELP (\S+) (.+)$/.exec(line) ?? []
		const [, typed, type] = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line) ?? []
		if (help !== undefined) {
			if (families.has(help)) throw new Error(`${help} comes twice.`)
			current = [help, { type: '', help: ofHelp!, samples: [] }]
			families.set(...current)
		} else if (typed !== undefined) {
			if (current?.[0] !== typed) throw new Error(`The type of ${typed} does not follow its help.`)
			current[1].type = type!
		} else if (line.startsWith('#')) throw new Error(`Neither HELP nor TYPE: ${line}`)
		else addSample(line, current, seen)
	}
	for (const [name, family] of families) if (family.type === 'histogram') checkHistogram(name, family)
	return families
}

function addSample(line: string, family: [string, Family] | undefined, seen: Set<string>): void {
	const [, name, labelText = '', valueText] = sampleLine.exec(line) ?? []
	if (name === undefined || family === undefined || family[1].type === '') throw new Error(`No sample, or of nothing: ${line}`)
	const allowed = (suffixes[family[1].type] ?? ['']).map((suffix) => family[0] + suffix)
	if (!allowed.includes(name)) throw new Error(`${name} stands below ${family[0]}.`)
	const labels = readLabels(labelText)
	const value = readValue(valueText!)
	const id = `${name} ${JSON.stringify(Object.entries(labels).sort())}`
	if (seen.has(id)) throw new Error(`${id} comes twice.`)
	seen.add(id)
	family[1].samples.push({ name, labels, value })
}

function readLabels(text: string): Record<string, string> {
	const labels: Record<string, string> = {}
	labelPattern.lastIndex = 0
	for (let at = 0; at < text.length; at = labelPattern.lastIndex) {
		const found = labelPattern.exec(text)
		if (!found || Object.hasOwn(labels, found[1]!)) throw new Error(`Labels that are none, or twice the same: ${text}`)
		labels[found[1]!] = found[2]!.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped))
	}
	return labels
}

function readValue(text: string): number {
	const special = { '+Inf': Number.POSITIVE_INFINITY, '-Inf': Number.NEGATIVE_INFINITY, NaN: Number.NaN }[text]
	const value = special ?? Number(text)
	if (special === undefined && !Number.isFinite(value)) throw new Error(`No number: ${text}`)
	return value
}

/** Buckets grow up to +Inf, which is the count. */
function checkHistogram(name: string, { samples }: Family): void {
	const groups = Map.groupBy(samples, ({ labels: { le: _, ...rest } }) => JSON.stringify(Object.entries(rest).sort()))
	for (const group of groups.values()) {
		const buckets = group.filter((sample) => sample.name === `${name}_bucket`)
		const bounds = buckets.map(({ labels }) => readValue(labels.le ?? ''))
		const values = buckets.map(({ value }) => value)
		const isRising = (numbers: number[]) => numbers.every((each, index) => index === 0 || each >= numbers[index - 1]!)
		const count = group.find((sample) => sample.name === `${name}_count`)?.value
		if (!isRising(bounds) || !isRising(values) || bounds.at(-1) !== Number.POSITIVE_INFINITY || values.at(-1) !== count)
			throw new Error(`The histogram ${name} does not add up.`)
		if (!group.some((sample) => sample.name === `${name}_sum`)) throw new Error(`The histogram ${name} has no sum.`)
	}
}
