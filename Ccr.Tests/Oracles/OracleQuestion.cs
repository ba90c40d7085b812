namespace Ccr.Tests.Oracles;

/// <summary>One call that an oracle is to make.</summary>
/// <param name="Sdk">The SDK, by its name in oracle.mjs.</param>
/// <param name="Url">The origin to talk to.</param>
/// <param name="Key">The API key.</param>
/// <param name="Model">The model to ask for.</param>
/// <param name="Stream">Streamed or whole.</param>
/// <param name="Scenario">text, think or parallel.</param>
internal sealed record OracleQuestion(string Sdk, Uri Url, string Key, string Model, bool Stream, string Scenario);
