// Simple dual-port memory: one write port, one read port, one clock. One RAMB36 holds 512 words of 64 bits.
// Latency: 2 cycles (memory register, output register). Reading a word in the cycle it is written gives the old word.
// Stall rule: none; the output register moves every cycle.
// Parameters: WIDTH >= 1, DEPTH_LOG2 1..16.
`default_nettype none
module zn_ram_sdp #(
    parameter int WIDTH = 64,     // bits of a word
    parameter int DEPTH_LOG2 = 9  // log2 of the number of words
) (
    input  wire                   clk_i,
    input  wire                   write_i,
    input  wire  [DEPTH_LOG2-1:0] write_addr_i,
    input  wire  [WIDTH-1:0]      write_data_i,
    input  wire  [DEPTH_LOG2-1:0] read_addr_i,
    output logic [WIDTH-1:0]      read_data_o
);
  (* ram_style = "block" *) logic [WIDTH-1:0] mem [0:(1<<DEPTH_LOG2)-1];
  logic [WIDTH-1:0] read_q;

  always_ff @(posedge clk_i) begin
    if (write_i) mem[write_addr_i] <= write_data_i;
    read_q      <= mem[read_addr_i];
    read_data_o <= read_q;
  end
endmodule
`default_nettype wire
