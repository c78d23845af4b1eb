namespace PatchOps.Core.Scoring.Cvss;

/// <summary>Questions that other models ask of a vector's base metrics, the same in every version.</summary>
internal static class CvssTraits
{
    private const int Automatable4 = 27;

    /// <summary>Where an attacker must be: 0 network, 1 adjacent, 2 local, 3 physical. The vector's own modified metric counts.</summary>
    public static int AttackVector(in CvssVector v)
    {
        var modified = v.Version switch { CvssVersion.V40 => v[15], CvssVersion.V20 => 0, _ => v[14] };
        return modified > 1 ? modified - 2 : v[0] - 1;
    }

    /// <summary>4.0 may say so itself; otherwise an attack is automatable that needs no position, luck, account or person.</summary>
    public static bool Automatable(in CvssVector v) => v.Version switch
    {
        CvssVersion.V40 when v[Automatable4] > 1 => v[Automatable4] == 3,
        CvssVersion.V40 => v[0] == 1 && v[1] == 1 && v[2] == 1 && v[3] == 1 && v[4] == 1,
        CvssVersion.V20 => v[0] == 1 && v[1] == 1 && v[2] == 1,
        _ => v[0] == 1 && v[1] == 1 && v[2] == 1 && v[3] == 1,
    };

    /// <summary>True where confidentiality and integrity are lost wholly: the attacker controls the software.</summary>
    public static bool TotalImpact(in CvssVector v) => v.Version switch
    {
        CvssVersion.V20 => v[3] == 1 && v[4] == 1,
        _ => v[5] == 1 && v[6] == 1,
    };
}
