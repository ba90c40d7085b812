namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>A piece of the library with inputs for it and with what must hold for every input.</summary>
internal abstract class FuzzTarget(string name)
{
    /// <summary>The name in reports.</summary>
    public string Name { get; } = name;

    /// <summary>How many iterations of this stand against one of others that are slow.</summary>
    public virtual int Weight => 1;

    /// <summary>Makes an input.</summary>
    public abstract byte[] Generate(Random random);

    /// <summary>Throws when a property does not hold. The seed decides on everything but the input: splits, targets, clients.</summary>
    public abstract void Check(byte[] input, int seed);

    /// <summary>Fails unless the condition holds.</summary>
    protected static void Hold(bool condition, string fault)
    {
        if (!condition)
        {
            throw new FuzzFault(fault);
        }
    }
}
