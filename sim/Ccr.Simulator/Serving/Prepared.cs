using Ccr.Simulator.Scripts;

namespace Ccr.Simulator.Serving;

/// <summary>All that follows from a request, ready for the next one that is the same.</summary>
/// <param name="Model">The model that was asked for; "(none)" when that could not be read.</param>
/// <param name="Body">The request's body, for the log.</param>
/// <param name="Key">Identifies the request; its id is made of it.</param>
/// <param name="Script">The script that was read.</param>
/// <param name="Playback">The response.</param>
/// <param name="Healed">The response when the fault has had its turns; null: the fault hits always.</param>
internal sealed record Prepared(string Model, byte[] Body, string Key, Script Script, Playback Playback, Playback? Healed);
