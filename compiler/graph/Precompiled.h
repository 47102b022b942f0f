// The graph dialect, compiled once for all that speak it, on top of compiler/Precompiled.h.
#pragma once
#include "compiler/graph/Constants.h"
#include "compiler/graph/Graph.h"
