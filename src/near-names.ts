const NAMES_MAX = 3

/** Names that someone may have meant: another case or spelling, or a part of the name. The nearest first. */
export function nearNames(name: string, names: readonly string[]): string[] {
	const asked = name.toLowerCase()
	const far = Math.max(1, Math.min(3, Math.floor(asked.length / 3)))
	return names
		.map((each) => ({ each, distance: distanceOf(asked, each.toLowerCase(), far) }))
		.filter(({ distance }) => distance <= far)
		.sort((one, other) => one.distance - other.distance)
		.slice(0, NAMES_MAX)
		.map(({ each }) => each)
}

/** Letters to change, add or take away; more than `most` is not counted to the end. */
function distanceOf(one: string, other: string, most: number): number {
	if (one.length >= 3 && other.includes(one)) return 1
	if (Math.abs(one.length - other.length) > most) return most + 1
	let before = Array.from({ length: other.length + 1 }, (_, index) => index)
	for (let row = 1; row <= one.length; row++) {
		const current = [row]
		for (let column = 1; column <= other.length; column++) {
			const changed = before[column - 1]! + (one[row - 1] === other[column - 1] ? 0 : 1)
			current.push(Math.min(changed, before[column]! + 1, current[column - 1]! + 1))
		}
		before = current
	}
	return before[other.length]!
}
