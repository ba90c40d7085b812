namespace Ccr.Tests.Tokenization;

/// <summary>Marsaglia's xorshift with 32 bits: the same numbers in C# and in the scripts of eng/vocabularies.</summary>
internal sealed class SharedRandom(uint seed)
{
    private uint _state = seed;

    /// <summary>A number from 0 to below the limit.</summary>
    public int Next(int limit)
    {
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return (int)(_state % (uint)limit);
    }
}
