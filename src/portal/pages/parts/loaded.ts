import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { faultText } from '../words.ts'

export type Loaded<Value> = { value: Value | undefined; fault: string | undefined; reload: () => void }

/** After so long a runner that does not answer is told, and asked anew, milliseconds. */
const LOAD_TIME_MAX = 30_000

type State<Value> = { key: string; value?: Value; fault?: string }

/**
 * Loads what a page shows, anew when `key` changes and, while somebody looks, every so many milliseconds. What was there stays in sight
 * until the new one has come.
 */
export function useLoaded<Value>(load: () => Promise<Value>, key: string, every?: number): Loaded<Value> {
	const [state, setState] = useState<State<Value>>({ key })
	const [count, setCount] = useState(0)
	const latest = useRef(load)
	latest.current = load
	const isUnderWay = useRef(false)
	// A further count means to load once more.
	useEffect(() => {
		let isOver = false
		isUnderWay.current = true
		const settle = (next: (before: State<Value>) => State<Value>) => {
			if (isOver) return
			isUnderWay.current = false
			clearTimeout(timer)
			setState(next)
		}
		const failed = (fault: string) => settle((before) => ({ ...(before.key === key ? before : {}), key, fault }))
		const timer = setTimeout(() => failed('The runner has not answered for half a minute.'), LOAD_TIME_MAX)
		latest.current().then(
			(value) => settle(() => ({ key, value })),
			(error) => failed(faultText(error)),
		)
		return () => {
			isOver = true
			clearTimeout(timer)
		}
	}, [key, count])
	const reload = useCallback(() => setCount((before) => before + 1), [])
	useEffect(() => {
		if (every === undefined) return
		// What takes longer than the interval is waited for: begun anew it would never come.
		const timer = setInterval(() => document.hidden || isUnderWay.current || reload(), every)
		return () => clearInterval(timer)
	}, [every, reload])
	const isOfKey = state.key === key
	return { value: isOfKey ? state.value : undefined, fault: isOfKey ? state.fault : undefined, reload }
}

/** Draws anew every so many milliseconds, for texts such as `3 s ago`. */
export function useTicking(milliseconds: number, isOn = true): void {
	const [, setCount] = useState(0)
	useEffect(() => {
		if (!isOn) return
		const timer = setInterval(() => document.hidden || setCount((before) => before + 1), milliseconds)
		return () => clearInterval(timer)
	}, [milliseconds, isOn])
}
