namespace Ccr.Protocols.Repair;

/// <summary>One kind of repair, for records and docs/repairs.md.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Word">Its stable word in records and metrics.</param>
/// <param name="Says">What the provider says, in its own words.</param>
/// <param name="Change">What is changed.</param>
public sealed record RepairRow(RepairKind Kind, string Word, string Says, string Change);
