// Headers that nearly every file of the tools needs, compiled once.
#pragma once
#include "tools/Json.h"
#include "wasmind.hpp"
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>
