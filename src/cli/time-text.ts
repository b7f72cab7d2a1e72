const pad = (value: number) => String(value).padStart(2, '0')

/** An instant in the time zone of the person who reads it: `2027-01-31 14:05:09`. Nothing for none. */
export function localTime(time: Date | null | undefined): string {
	if (!time || Number.isNaN(time.getTime())) return ''
	const day = `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`
	return `${day} ${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`
}

/** The same with its offset, where it stands beside times of other zones: `2027-01-31 14:05:09 +01:00`. */
export function localTimeWithZone(time: Date | null | undefined): string {
	const text = localTime(time)
	return text && `${text} ${offsetText(-time!.getTimezoneOffset())}`
}

function offsetText(minutes: number): string {
	if (minutes === 0) return 'UTC'
	const distance = Math.abs(minutes)
	return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(distance / 60))}:${pad(distance % 60)}`
}

const SECOND = 1000
const units: [name: Intl.RelativeTimeFormatUnit, milliseconds: number][] = [
	['year', 365 * 86_400 * SECOND],
	['month', 30 * 86_400 * SECOND],
	['day', 86_400 * SECOND],
	['hour', 3_600 * SECOND],
	['minute', 60 * SECOND],
	['second', SECOND],
]
const words = new Intl.RelativeTimeFormat('en')

/** How far an instant is from now, in the largest unit of which there are at least two: `in 29 days`, `5 minutes ago`. */
export function fromNow(time: Date | null | undefined, now: number): string {
	if (!time || Number.isNaN(time.getTime())) return ''
	const distance = time.getTime() - now
	const [name, size] = units.find(([, milliseconds]) => Math.abs(distance) >= 2 * milliseconds) ?? units.at(-1)!
	return words.format(Math.round(distance / size), name)
}

/** Both: when, and how far that is. */
export function localTimeFromNow(time: Date | null | undefined, now: number): string {
	const text = localTime(time)
	return text && `${text} (${fromNow(time, now)})`
}

/** How long something took: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. Nothing while one end is unknown. */
export function durationText(from: Date | null | undefined, to: Date | null | undefined): string {
	if (!from || !to) return ''
	const seconds = Math.max(0, (to.getTime() - from.getTime()) / SECOND)
	if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`
	const whole = Math.round(seconds)
	if (whole < 60) return `${whole} s`
	const minutes = Math.floor(whole / 60)
	return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
