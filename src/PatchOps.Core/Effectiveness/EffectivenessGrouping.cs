namespace PatchOps.Core.Effectiveness;

/// <summary>What one verdict is about.</summary>
public enum EffectivenessGrouping { Problem, Patch, Plan, Product, Vendor }
