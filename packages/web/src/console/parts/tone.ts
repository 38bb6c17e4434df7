/** @module What a state means for whoever looks. */

/** From well to broken; `quiet` needs nobody. */
export type Tone = 'good' | 'busy' | 'quiet' | 'warning' | 'bad'
