/** @module Where generated traffic comes from: places, addresses set aside for examples, and browsers. */

/** Places: JSON as the System Log describes one. */
export const places: readonly string[] = [
  place('Dublin', 'Leinster', 'Ireland', 'D02', 53.3498, -6.2603),
  place('Lisbon', 'Lisbon', 'Portugal', '1100', 38.7223, -9.1393),
  place('Osaka', 'Osaka', 'Japan', '530-0001', 34.6937, 135.5023),
  place('San Francisco', 'California', 'United States', '94105', 37.7749, -122.4194),
  place('São Paulo', 'São Paulo', 'Brazil', '01000', -23.5505, -46.6333),
  place('Zürich', 'Zurich', 'Switzerland', '8001', 47.3769, 8.5417),
]

/**
 * The first three numbers of addresses that are nobody's.
 *
 * @see RFC 5737 - addresses for documentation
 */
export const networks = ['192.0.2', '198.51.100', '203.0.113'] as const

/** `User-Agent` of the clients of people. */
export const browsers = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36',
] as const

function place(
  city: string,
  state: string,
  country: string,
  postalCode: string,
  lat: number,
  lon: number,
): string {
  return JSON.stringify({ city, state, country, postalCode, geolocation: { lat, lon } })
}
